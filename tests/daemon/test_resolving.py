"""Names are looked up: what comes of it is asyncio's, and a name server that says nothing holds up nobody."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.daemon import till
from bridge.daemon.resolving import TillLoop


class SilentServer:
    """Keeps every lookup until it is told to answer."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.asked: list[object] = []
        self.threads: list[threading.Thread] = []

    def getaddrinfo(self, host: object, *_more: object) -> list[Any]:
        self.asked.append(host)
        self.threads.append(threading.current_thread())
        self.answers.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentServer]:
    server = SilentServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
    yield server
    server.answers.set()
    for thread in server.threads:
        thread.join(5)


async def _given_up() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.get_running_loop().getaddrinfo("api.example.org", 443)


def test_the_loop_ends_while_a_name_is_still_looked_up(silent: SilentServer) -> None:
    with asyncio.Runner(loop_factory=TillLoop) as runner:
        runner.run(_given_up())
    (thread,) = silent.threads
    assert thread.is_alive()
    silent.answers.set()
    thread.join(5)  # its answer comes to a loop that is closed: that is no defect


def test_who_asks_again_waits_for_the_lookup_that_is_under_way(silent: SilentServer) -> None:
    async def ask() -> object:
        for _ in range(3):
            await _given_up()
        last = asyncio.create_task(asyncio.get_running_loop().getaddrinfo("api.example.org", 443))
        await asyncio.sleep(0)
        silent.answers.set()
        return await last

    with asyncio.Runner(loop_factory=TillLoop) as runner:
        assert runner.run(ask()) == [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]
    assert silent.asked == ["api.example.org"]


def test_it_finds_what_asyncio_finds() -> None:
    async def ask(host: str, port: int) -> object:
        try:
            return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            return type(error), error.args

    for host in ("127.0.0.1", "localhost", "no such name", "a" * 64 + ".org"):
        told = []
        for loop in (TillLoop, asyncio.SelectorEventLoop):
            with asyncio.Runner(loop_factory=loop) as runner:
                told.append([runner.run(ask(host, 443)) for _ in range(2)])
        assert told[0] == told[1]


def test_the_daemon_runs_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loops: list[type] = []

    async def run(*_arguments: object, **_named: object) -> None:
        loops.append(type(asyncio.get_running_loop()))

    nothing: Any = None
    monkeypatch.setattr(till, "_run", run)
    till.run(nothing, lambda: nothing, nothing)
    assert loops == [TillLoop]
