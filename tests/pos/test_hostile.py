"""Clients that mean harm, or are broken: each is dropped or told why, and a well-behaved one is served meanwhile."""

import array
import asyncio
import grp
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.events import EventBus
from bridge.pos import connection
from bridge.pos.listening import listen
from bridge.pos.peer import member_check
from bridge.pos.server import MAX_CLIENTS, PosServer
from tests.devices.waiting import until
from tests.pos.conftest import DEADLINE_S, CannedDesk, Connect, RawClient, request

CONNECTIONS = 1000
STRANGER = 54_321
GROUP = max(entry.gr_gid for entry in grp.getgrall())


async def is_served(client: RawClient) -> bool:
    return bool((await client.ask("bridge.hello"))["result"])


# --- a line that does not end ------------------------------------------------------------------------


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINE_WITHIN_S", 0.02)


@pytest.mark.usefixtures("short_patience")
async def test_a_line_that_does_not_end_costs_its_client_the_connection(connect: Connect) -> None:
    slow = await connect()
    with capture_logs() as logs:
        await slow.send(request("bridge.hello", 1) + request("bridge.hello", 2)[:-1])
        assert (await slow.line())["id"] == 1
        reply = await slow.line()
    assert (reply["id"], reply["error"]["code"]) == (None, -32600)
    assert await slow.line() is None
    assert [(line["event"], line["reason"], line["pid"]) for line in logs] == [
        ("client_dropped", "line_too_slow", os.getpid())
    ]
    assert await is_served(await connect())


@pytest.mark.usefixtures("short_patience")
async def test_a_byte_now_and_then_does_not_buy_more_time(connect: Connect) -> None:
    slow = await connect()

    async def trickle() -> None:
        while True:
            await slow.send(b" ")
            await asyncio.sleep(0.001)

    trickling = asyncio.create_task(trickle())
    assert (await slow.line())["error"]["message"] == "Invalid Request: the line is too slow"
    trickling.cancel()
    with pytest.raises((asyncio.CancelledError, ConnectionError)):
        await trickling


@pytest.mark.usefixtures("short_patience")
async def test_a_client_between_two_lines_may_be_silent(connect: Connect, desk: CannedDesk) -> None:
    """As may one that is not read because it has asked so much: its bytes wait for us."""
    quiet, busy = await connect(), await connect()
    assert await is_served(quiet)
    asks = b"".join(request("card.resolve", number, code="1") for number in range(40))
    await busy.send(asks[:-1])
    await until(lambda: len(desk.begun) == connection.MAX_IN_FLIGHT)
    late = await connect()
    await late.send(b"{")
    assert (await late.line())["error"]["code"] == -32600  # its time was over
    desk.let_go.set()
    await busy.send(b"\n")
    assert sorted([(await busy.line())["id"] for _ in range(40)]) == list(range(40))
    assert await is_served(quiet)


@pytest.mark.usefixtures("short_patience")
async def test_a_half_line_before_the_end_waits_for_its_answers(connect: Connect, desk: CannedDesk) -> None:
    leaving, late = await connect(), await connect()
    await leaving.send(request("card.resolve", 1, code="1") + b'{"cut')
    leaving.sock.shutdown(socket.SHUT_WR)
    await late.send(b"{")
    assert (await late.line())["error"]["code"] == -32600
    desk.let_go.set()
    assert (await leaving.line())["id"] == 1
    assert await leaving.line() is None


# --- too many of them --------------------------------------------------------------------------------


async def test_a_thousand_connections_lock_nobody_out_who_is_in(connect: Connect, server: PosServer) -> None:
    good = await connect()
    assert await is_served(good)
    with capture_logs() as logs:
        crowd = [await connect() for _ in range(CONNECTIONS)]
        told = [await client.line() for client in crowd[MAX_CLIENTS - 1 :]]
    assert {reply["error"]["code"] for reply in told} == {1010}
    assert len(logs) == len(told) == server.turned_away["too_many_clients"]
    assert await is_served(good)
    for client in crowd:
        client.close()
    await until(lambda: len(server._connections) == 1)
    assert await is_served(await connect())


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_descriptors_that_a_client_sends_are_not_kept(client: RawClient) -> None:
    before = open_descriptors()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [client.sock.fileno()] * 100))]
    for _ in range(10):
        client.sock.sendmsg([request("bridge.hello")], rights)
        assert (await client.line())["result"]
    assert open_descriptors() == before


# --- other processes ---------------------------------------------------------------------------------

# Connects, forks; parent and child ask through the same connection; the parent ends first.
FORKING = """
import json, os, socket, sys
sock = socket.socket(socket.AF_UNIX)
sock.connect(sys.argv[1])
ask = lambda who: sock.sendall(json.dumps(
    {"jsonrpc": "2.0", "id": who, "method": "bridge.hello", "params": {}}).encode() + b"\\n")
child = os.fork()
if child == 0:
    ask("child")
    os._exit(0)
os.waitpid(child, 0)
grandchild = os.fork()
if grandchild:
    os._exit(0)
ask("orphan")
sock.shutdown(socket.SHUT_WR)
print(sock.makefile().read())
"""

# Becomes another user, connects, and tells what it is told.
KNOCKING = """
import json, os, socket, sys
path, who = sys.argv[1], json.loads(sys.argv[2])
os.setgroups(who["groups"])
os.setresgid(*[who["gid"]] * 3)
os.setresuid(*[who["uid"]] * 3)
sock = socket.socket(socket.AF_UNIX)
sock.connect(path)
try:
    sock.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": who["method"]}).encode() + b"\\n")
except BrokenPipeError:
    pass  # closed already; what was told can still be read
print(sock.makefile().readline())
"""


async def run(script: str, *arguments: str) -> list[Any]:
    """What another process was told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, *arguments), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(DEADLINE_S):
        out, _ = await process.communicate()
    return [json.loads(line) for line in out.splitlines() if line]


async def test_a_client_that_forks_is_one_client(server: PosServer, path: Path, desk: CannedDesk) -> None:
    replies = await run(FORKING, str(path))
    assert [reply["id"] for reply in replies] == ["child", "orphan"]
    assert len({(caller.connection, caller.pid) for caller in desk.callers}) == 1
    await until(lambda: not server._connections)


@pytest.fixture
async def guarded(path: Path, bus: EventBus, desk: CannedDesk) -> AsyncIterator[PosServer]:
    """A socket file that anybody can open, before a server that serves one group."""
    server = PosServer(
        desk.handlers(),
        bus,
        cashier_text=str,
        is_admin=member_check([]),
        may_connect=member_check([grp.getgrgid(GROUP).gr_name]),
    )
    path.parent.chmod(0o755)
    await server.start(listen(str(path), mode=0o666))
    yield server
    await server.stop(DEADLINE_S)


def knock(method: str, gid: int, groups: list[int]) -> str:
    """What KNOCKING takes."""
    return json.dumps({"uid": STRANGER, "gid": gid, "groups": groups, "method": method})


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@as_root
@pytest.mark.parametrize(("gid", "groups"), [(GROUP, []), (STRANGER, [7, GROUP])])
@pytest.mark.usefixtures("guarded")
async def test_a_member_is_served(path: Path, gid: int, groups: list[int]) -> None:
    (reply,) = await run(KNOCKING, str(path), knock("bridge.hello", gid, groups))
    assert reply["result"]["protocol"] == "1.0"


@as_root
@pytest.mark.usefixtures("guarded")
async def test_a_member_is_no_administrator(path: Path, desk: CannedDesk) -> None:
    (reply,) = await run(KNOCKING, str(path), knock("drawer.open", GROUP, []))
    assert (reply["error"]["code"], desk.callers) == (1009, [])


@as_root
async def test_a_stranger_is_told_and_logged(path: Path, guarded: PosServer) -> None:
    with capture_logs() as logs:
        replies = await run(KNOCKING, str(path), knock("bridge.hello", STRANGER, [STRANGER + 1]))
    assert [(reply["id"], reply["error"]["code"]) for reply in replies] == [(None, 1009)]
    (line,) = logs
    assert (line["event"], line["reason"], line["uid"]) == ("client_refused", "not_permitted", STRANGER)
    assert isinstance(line["pid"], int)
    assert guarded.turned_away == {"not_permitted": 1}
