"""A goods scan of a keyboard scanner on its way through the daemon: from its last key in to its last key out."""

import os
import random
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from devices.codecs.keys import Typist
from devices.codecs.keys.records import EV_KEY, EV_SYN, SYN_REPORT, record
from devices.forwarding.wedge import BURST_EVENTS, BURST_PAUSE_S
from tests.bench.building import c_program
from tests.bench.rounds import ITSELF, OURS, Failed, Goal, Measure, Row
from tests.bench.serving import CLIENT_CORE, SERVER_CORE
from tests.bench.tills import written_config

SCANS = 60
# Long enough for all to fall asleep in between, and for the wedge to be done with the one before.
PAUSES_S = (0.020, 0.045)
WITHIN_MS = 60_000
RECORD_BYTES = 24

EAN = "4600051000057\r"
# GTIN, serial number, verification key and code as «Честный ЗНАК» marks packages, 85 characters; never printed.
MARKED = "0104600051000057215!Ab/x\x1d91EE06\x1d92" + "wQ7f+/aB" * 6 + "wQ==\r"

CARD_FILE = 'kind = "card-file"\npath = "{folder}/members.csv"'


@contextmanager
def daemon(text: str) -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "members.csv").write_text("card,kind,balance\n2900000000018,bonus,350\n")
        config = written_config(folder, "input:///dev/input/given", "wedge", CARD_FILE.format(folder=folder))
        log = folder / "log"
        command = [sys.executable, "-m", "tests.bench.wedged", str(config)]
        with log.open("w") as told, between(command, text, told.fileno()) as measure:
            yield measure


@contextmanager
def relay(text: str) -> Iterator[Measure]:
    with between([str(c_program("relay"))], text, subprocess.DEVNULL) as measure:
        yield measure


@contextmanager
def between(command: list[str], text: str, stderr: int) -> Iterator[Measure]:
    """`command` between a scanner and a cash program, which wait for each other; a measure is a median in ms."""
    (scanner, its_in), (its_out, cash_program) = socket.socketpair(), socket.socketpair()
    fds = (its_in.fileno(), its_out.fileno())
    with subprocess.Popen([*command, *map(str, fds)], pass_fds=fds, stderr=stderr) as process:  # noqa: S603 - our own
        try:
            os.sched_setaffinity(process.pid, {SERVER_CORE})
            scan = partial(scanned, scanner, cash_program, keys(text))
            scan()  # when the first arrives it is ready
            before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {CLIENT_CORE})
            yield lambda: statistics.median(after_a_pause(scan) for _ in range(SCANS))
            os.sched_setaffinity(0, before)
        finally:
            process.terminate()
    for end in (scanner, its_in, its_out, cash_program):
        end.close()


def keys(text: str) -> bytes:
    """What a keyboard's node gives, without the EV_MSC that we mask."""
    packets = (packet for stroke in Typist().strokes_of(text) for packet in stroke.packets())
    return b"".join(
        b"".join(record(EV_KEY, code, value) for code, value in packet) + record(EV_SYN, SYN_REPORT, 0)
        for packet in packets
    )


def scanned(scanner: socket.socket, cash_program: socket.socket, typed: bytes) -> float:
    """Type all at once: then everything that is done about it comes after the last key, and is in the time, in ms."""
    scanner.sendall(typed)
    begun = time.perf_counter()
    got = b""
    while len(got) < len(typed):
        if not select.select([cash_program], [], [], WITHIN_MS / 1000)[0]:
            raise Failed("the scan did not arrive")
        got += cash_program.recv(65536)
    took = time.perf_counter() - begun
    if got != typed:
        raise Failed("another scan arrived")
    return took * 1000


def after_a_pause(scan: Callable[[], float]) -> float:
    time.sleep(random.uniform(*PAUSES_S))  # noqa: S311 - spreads load, guards nothing
    return scan()


def contestants(text: str) -> dict[str, Callable[[], AbstractContextManager[Measure]]]:
    return {OURS: partial(daemon, text), "C relay": partial(relay, text)}


def pauses_ms(text: str) -> float:
    """What the wedge waits for on purpose."""
    return (len(keys(text)) // RECORD_BYTES - 1) // BURST_EVENTS * BURST_PAUSE_S * 1000


ROWS = (
    Row("wedge, EAN-13 and Enter", "ms", contestants(EAN), (Goal(ITSELF, at_most=2.0),)),
    Row("wedge, marked code of 85 characters", "ms", contestants(MARKED), (Goal(ITSELF, pauses_ms(MARKED) + 10.0),)),
)
