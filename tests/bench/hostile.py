"""`make bench`: how long a well-behaved client waits while others misbehave, against no others in the same run.

Rounds are interleaved, unloaded and loaded, and only ratios mean something: the machine does other things too. The
daemon is a whole one, emulated, in a process of its own; so is each hostile client.
"""

import json
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROUNDS = 5
CALLS = 1000
HELLO = b'{"jsonrpc":"2.0","id":1,"method":"bridge.hello"}\n'
DISCOVER = b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n'

Hostile = Callable[[str], None]


def connected(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    return sock


def never_reads(path: str) -> None:
    """Asks for the longest answer and reads none; comes back when it was dropped."""
    while True:
        with connected(path) as sock, suppress(OSError):
            while True:
                sock.sendall(DISCOVER * 20)


def byte_by_byte(path: str) -> None:
    """A hundred connections, a byte a second on each."""
    crowd = [connected(path) for _ in range(100)]
    while True:
        for sock in crowd:
            with suppress(OSError):
                sock.send(b" ")
            time.sleep(0.01)


def no_newline(path: str) -> None:
    """A mebibyte without a newline, again and again."""
    while True:
        with connected(path) as sock, suppress(OSError):
            sock.sendall(b"x" * ((1 << 20) + 1))
            sock.recv(1 << 16)


def ten_thousand_at_once(path: str) -> None:
    """Sends ten thousand requests, reads their answers, begins anew."""
    while True:
        with connected(path) as sock:
            if os.fork() == 0:
                with suppress(OSError):  # the round is over
                    sock.sendall(HELLO * 10_000)
                os._exit(0)
            answered = 0
            while answered < 10_000 and (data := sock.recv(1 << 16)):
                answered += data.count(b"\n")
            os.wait()


def thousand_connections(path: str) -> None:
    """Opens a thousand, holds those that are let in, begins anew."""
    while True:
        crowd = []
        for _ in range(1000):
            with suppress(OSError):
                crowd.append(connected(path))
        for sock in crowd:
            sock.close()


def forks(path: str) -> None:
    """Connects, forks, and lets child after child ask through the one connection."""
    while True:
        with connected(path) as sock:
            for _ in range(20):
                if os.fork() == 0:
                    sock.sendall(HELLO)
                    os._exit(0)
                os.wait()
                sock.recv(1 << 16)


HOSTILE: tuple[Hostile, ...] = (
    never_reads,
    byte_by_byte,
    no_newline,
    ten_thousand_at_once,
    thousand_connections,
    forks,
)


class Good:
    """A client as it should be, connected before the others come: one call after another, each answer read."""

    def __init__(self, path: str) -> None:
        self._socket = connected(path)
        self._lines = self._socket.makefile("rb")

    def waits(self) -> list[float]:
        """How long each of CALLS calls took, in seconds."""
        return [self._wait() for _ in range(CALLS)]

    def _wait(self) -> float:
        begun = time.perf_counter()
        self._socket.sendall(HELLO)
        reply = self._lines.readline()
        took = time.perf_counter() - begun
        if b'"result"' not in reply:
            raise SystemExit(f"not served: {reply!r}")
        return took


def quantiles(times: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    parts = statistics.quantiles(times, n=100)
    return statistics.median(times), parts[98]


@contextmanager
def emulated_till() -> Iterator[str]:
    """The socket of a daemon."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "out").open("w+") as out:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "bridge", "run", "--emulate", "--log-level", "error"],
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _socket_of(Path(folder) / "out")
        finally:
            daemon.terminate()
            daemon.wait()


def _socket_of(out: Path) -> str:
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at:
        found = re.search(r"^socket +(\S+)$", out.read_text("utf-8"), re.MULTILINE)
        if found and Path(found[1]).exists():
            return found[1]
        time.sleep(0.05)
    raise SystemExit("the daemon did not start")


@contextmanager
def running(hostile: Hostile, path: str) -> Iterator[None]:
    process = multiprocessing.Process(target=hostile, args=(path,), daemon=True)
    process.start()
    time.sleep(0.3)  # until it is at it
    try:
        yield
    finally:
        process.terminate()
        process.join()


def main() -> None:
    report: dict[str, dict[str, float]] = {}
    with emulated_till() as path:
        good = Good(path)
        good.waits()  # warm
        for hostile in HOSTILE:
            rounds = []
            for _ in range(ROUNDS):
                calm = quantiles(good.waits())
                with running(hostile, path):
                    loaded = quantiles(good.waits())
                rounds.append((calm, loaded))
            report[hostile.__name__] = summary(rounds)
            print(line(hostile.__name__, report[hostile.__name__]), flush=True)  # noqa: T201 - its output
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(report, indent=1), "utf-8")


def summary(rounds: list[tuple[tuple[float, float], tuple[float, float]]]) -> dict[str, float]:
    """Medians over the rounds; ratios are taken within a round."""
    return {
        "calm_p50_us": statistics.median(calm[0] for calm, _ in rounds) * 1e6,
        "calm_p99_us": statistics.median(calm[1] for calm, _ in rounds) * 1e6,
        "p99_us": statistics.median(loaded[1] for _, loaded in rounds) * 1e6,
        "p50_ratio": statistics.median(loaded[0] / calm[0] for calm, loaded in rounds),
        "p99_ratio": statistics.median(loaded[1] / calm[1] for calm, loaded in rounds),
    }


def line(name: str, figures: dict[str, float]) -> str:
    return (
        f"{name:<22} unloaded p50 {figures['calm_p50_us']:6.0f} µs, p99 {figures['calm_p99_us']:6.0f} µs;"
        f" meanwhile p99 {figures['p99_us']:7.0f} µs = x {figures['p99_ratio']:5.2f} (p50 x {figures['p50_ratio']:.2f})"
    )


if __name__ == "__main__":
    main()
