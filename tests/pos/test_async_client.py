"""The asyncio client against the real server."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.events import EventBus
from bridge.pos.async_client import AsyncClient
from bridge.pos.client import CallError, Unreachable
from bridge.pos.server import MAX_CLIENTS, PosServer
from tests.devices.waiting import until
from tests.pos.conftest import CannedDesk, Connect


@pytest.fixture
def bridge(server: PosServer, path: Path) -> AsyncClient:
    """Not entered yet."""
    return AsyncClient(str(path))


async def test_calls_run_side_by_side(bridge: AsyncClient, desk: CannedDesk) -> None:
    async with bridge:
        slow = asyncio.create_task(bridge.call("card.resolve", code="1"))
        await until(lambda: desk.begun == ["card.resolve"])
        assert (await bridge.call("bridge.hello", client="Касса"))["till"] == "till-1"
        assert (await bridge.call("receipt.limits", receipt_id="1", total=Decimal("392.50")))["source"] == "cached"
        desk.let_go.set()
        assert (await slow)["holder"] == "Анна"


async def test_an_error_is_raised_with_its_data(bridge: AsyncClient) -> None:
    async with bridge:
        with pytest.raises(CallError) as caught:
            await bridge.call("receipt.close", receipt_id="1", total="1.005")
        assert (caught.value.code, caught.value.data["kind"]) == (1012, "amount_invalid")
        with pytest.raises(CallError, match="Method not found"):
            await bridge.call("no.such")


async def test_events_come_as_they_happen_and_between_calls(bridge: AsyncClient, bus: EventBus) -> None:
    bus.publish("scan", {})
    async with bridge:
        events = await bridge.subscribe(["scan"], after=0, stream=bus.stream)
        assert bridge.subscribed == {"stream": bus.stream, "seq": 1, "gap": False}
        assert (await bridge.call("bridge.hello"))["till"] == "till-1"
        bus.publish("scan", {})
        assert [(await anext(events))["seq"] for _ in range(2)] == [1, 2]


async def test_a_long_answer_is_read_whole(bridge: AsyncClient) -> None:
    async with bridge:
        assert (await bridge.call("rpc.discover"))["openrpc"] == "1.2.6"


async def test_a_bridge_that_goes_ends_calls_and_events(
    server: PosServer, bridge: AsyncClient, desk: CannedDesk
) -> None:
    async with bridge:
        events = await bridge.subscribe(["scan"])
        asking = asyncio.create_task(bridge.call("card.resolve", code="1"))
        await until(lambda: bool(desk.begun))
        (connection,) = server._connections.values()
        connection.abort()
        with pytest.raises(Unreachable):
            await asking
        for _ in range(2):
            with pytest.raises((Unreachable, StopAsyncIteration)):
                await anext(events)
        with pytest.raises(Unreachable):
            await bridge.call("bridge.hello")


async def test_who_is_turned_away_is_told_why(connect: Connect, bridge: AsyncClient) -> None:
    for _ in range(MAX_CLIENTS):
        await (await connect()).ask("bridge.hello")
    with pytest.raises((CallError, Unreachable)) as caught:
        async with bridge:
            await bridge.call("bridge.hello")
    assert isinstance(caught.value, CallError)
    assert caught.value.code == 1010


async def test_an_answer_that_does_not_come_is_given_up(server: PosServer, path: Path, desk: CannedDesk) -> None:
    async with AsyncClient(str(path), timeout=0.02) as bridge:
        with pytest.raises(Unreachable, match="not answered within"):
            await bridge.call("card.resolve", code="1")
        desk.let_go.set()
        assert (await bridge.call("bridge.hello"))["till"] == "till-1"  # the late answer disturbs nobody


@pytest.mark.parametrize("turns", range(6))
async def test_a_call_given_up_as_its_answer_comes_harms_no_other(socket_dir: Path, turns: int) -> None:
    """Whichever turn of the loop it is given up in, the one that has the answer and not yet its call among them."""
    connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    connected = asyncio.get_running_loop().create_future()
    path = str(socket_dir / "sock")
    async with (
        await asyncio.start_unix_server(lambda *streams: connected.set_result(streams), path),
        AsyncClient(path, timeout=3) as bridge,
    ):
        given_up = asyncio.create_task(bridge.call("bridge.hello"))
        reader, writer = await connected
        await reader.readline()
        writer.write(b'{"jsonrpc":"2.0","result":1,"id":1}\n')
        for _ in range(turns):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait({given_up})
        other = asyncio.create_task(bridge.call("bridge.hello"))
        await reader.readline()
        writer.write(b'{"jsonrpc":"2.0","result":2,"id":2}\n')
        assert await other == 2
        writer.close()


@pytest.mark.parametrize("line", [b"[1]\n", b"7\n", b"[" * 100_000 + b"\n", b"no JSON\n"])
async def test_what_is_no_bridge_is_told_at_once(socket_dir: Path, line: bytes) -> None:
    def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(line)
        writer.close()

    path = str(socket_dir / "sock")
    async with await asyncio.start_unix_server(answer, path), AsyncClient(path, timeout=3) as bridge:
        with pytest.raises(Unreachable, match="no bridge"):
            await bridge.call("bridge.hello")


async def test_no_bridge_is_told(socket_dir: Path) -> None:
    with pytest.raises(Unreachable, match="No such file or directory"):
        async with AsyncClient(str(socket_dir / "none.sock")):
            pass
