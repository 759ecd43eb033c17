"""What a forwarded goods scan costs: `python -m tests.bench.forwarding [SCANS]`.

Three ways from a scanner's serial line to the cash program's, in turns, so that the machine's moods hit all alike:

    direct   the cash program reads the scanner's own line
    relay    a process between them that does nothing but read and write
    bridge   the daemon, forward = "pty:..."

What the bridge adds is its median less that of `direct`. Nothing here is a test: a busy machine proves nothing.
"""

import os
import pty
import random
import select
import statistics
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCAN = b"4600051000057\r"
SCANS = 500
PAUSES_S = (0.005, 0.030)  # long enough for all to fall asleep in between
WITHIN_MS = 20_000

CONFIG = """
[till]
store = "store-01"
name = "till-1"
[socket]
path = "{folder}/pos.sock"
[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "pty:{folder}/goods"
[[card_formats]]
provider = "staff"
prefix = "2900"
[[providers]]
name = "staff"
kind = "card-file"
path = "{folder}/members.csv"
[journal]
path = "{folder}/journal.db"
"""
RELAY = """
import os, sys
while True:
    os.write(int(sys.argv[2]), os.read(int(sys.argv[1]), 4096))
"""


@dataclass
class Way:
    """`scanner`: where a scan is written; `cash_program`: where it must arrive."""

    name: str
    scanner: int
    cash_program: int
    took_ms: list[float] = field(default_factory=list)

    def scan(self) -> float:
        started = time.perf_counter()
        os.write(self.scanner, SCAN)
        got = b""
        while len(got) < len(SCAN):
            if not _poll(self.cash_program):
                raise SystemExit(f"{self.name}: the scan did not arrive")
            got += os.read(self.cash_program, 4096)
        if got != SCAN:
            raise SystemExit(f"{self.name}: {got!r} arrived")
        return (time.perf_counter() - started) * 1000


def main() -> None:
    scans = int(sys.argv[1]) if len(sys.argv) > 1 else SCANS
    with tempfile.TemporaryDirectory(prefix="pos-bench-") as folder, _relay() as relay, _bridge(Path(folder)) as bridge:
        ways = [Way("direct", *_line()), relay, bridge]
        for way in ways:
            way.scan()  # the first finds a port that has just been opened
        for _ in range(scans):
            for way in ways:
                time.sleep(random.uniform(*PAUSES_S))  # noqa: S311 - spreads load, guards nothing
                way.took_ms.append(way.scan())
    direct = statistics.median(ways[0].took_ms)
    for way in ways:
        median, p95 = statistics.median(way.took_ms), statistics.quantiles(way.took_ms, n=20)[-1]
        told = f"median {median:6.3f} ms  added {median - direct:+6.3f}  p95 {p95:6.3f}  worst {max(way.took_ms):6.3f}"
        print(f"{way.name:7} {told}")  # noqa: T201 - what it is for


@contextmanager
def _relay() -> Iterator[Way]:
    (scanner, ours), (out, cash_program) = _line(), _line()
    with subprocess.Popen([sys.executable, "-c", RELAY, str(ours), str(out)], pass_fds=(ours, out)) as process:  # noqa: S603
        yield Way("relay", scanner, cash_program)
        process.kill()


@contextmanager
def _bridge(folder: Path) -> Iterator[Way]:
    scanner, ours = _line()
    (folder / "front").symlink_to(os.ttyname(ours))
    (folder / "members.csv").write_text("card,kind,balance\n2900000000018,bonus,350\n")
    config = folder / "pos-bridge.toml"
    config.write_text(CONFIG.format(folder=folder))
    command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
    with subprocess.Popen(command, stderr=(folder / "log").open("w")) as process:  # noqa: S603
        deadline = time.monotonic() + WITHIN_MS / 1000
        while '"online"' not in (folder / "log").read_text():
            if time.monotonic() > deadline:
                raise SystemExit((folder / "log").read_text())
            time.sleep(0.05)
        yield Way("bridge", scanner, os.open(folder / "goods", os.O_RDWR | os.O_NOCTTY))
        process.terminate()


def _line() -> tuple[int, int]:
    """The two ends of a serial line."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave


def _poll(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(WITHIN_MS))


if __name__ == "__main__":
    main()
