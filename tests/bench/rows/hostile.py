"""How long a well-behaved client waits while others misbehave, and how long without them.

Each hostile client is a process of its own; whoever is dropped comes back at once.
"""

import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from tests.bench.rounds import Failed, Measure, Row
from tests.bench.serving import emulated_till

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

    def p99_us(self) -> float:
        return statistics.quantiles([self._wait() for _ in range(CALLS)], n=100)[98] * 1e6

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _wait(self) -> float:
        begun = time.perf_counter()
        self._socket.sendall(HELLO)
        reply = self._lines.readline()
        took = time.perf_counter() - begun
        if b'"result"' not in reply:
            raise Failed(f"not served: {reply!r}")
        return took


def meanwhile(hostile: Hostile) -> Callable[[], AbstractContextManager[Measure]]:
    @contextmanager
    def enter() -> Iterator[Measure]:
        with served() as (path, good):

            def measure() -> float:
                with running(hostile, path):
                    return good.p99_us()

            yield measure

    return enter


@contextmanager
def calm() -> Iterator[Measure]:
    with served() as (_path, good):
        yield good.p99_us


@contextmanager
def served() -> Iterator[tuple[str, Good]]:
    with emulated_till() as path:
        good = Good(path)
        good.p99_us()  # warm
        yield path, good
        good.close()


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


ROWS = tuple(
    Row(
        f"p99 beside: {hostile.__name__.replace('_', ' ')}",
        "µs",
        {"ours": meanwhile(hostile), "alone": calm},
        (),
    )
    for hostile in HOSTILE
)
