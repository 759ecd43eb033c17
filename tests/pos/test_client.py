"""The client that cash programs read first, against the real server."""

import asyncio
import socket
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.events import EventBus
from bridge.pos.client import CallError, Client, Unreachable
from tests.devices.waiting import until
from tests.pos.conftest import CannedDesk

pytestmark = pytest.mark.usefixtures("server")


async def test_a_call_returns_the_result(path: Path) -> None:
    def hello() -> object:
        with Client(str(path)) as bridge:
            return bridge.call("bridge.hello", client="Касса")["till"]

    assert await asyncio.to_thread(hello) == "till-1"


async def test_a_decimal_goes_as_a_decimal(path: Path) -> None:
    def limits() -> object:
        with Client(str(path)) as bridge:
            return bridge.call("receipt.limits", receipt_id="1", total=Decimal("392.50"))["source"]

    assert await asyncio.to_thread(limits) == "cached"


async def test_an_error_is_raised_with_its_data(path: Path) -> None:
    def close() -> None:
        with Client(str(path)) as bridge:
            bridge.call("receipt.close", receipt_id="1", total="1.005")

    with pytest.raises(CallError) as caught:
        await asyncio.to_thread(close)
    assert (caught.value.code, caught.value.data["kind"]) == (1012, "amount_invalid")
    assert caught.value.data["text"] == "<amount_invalid>"


async def test_a_rejection_has_no_data(path: Path) -> None:
    def unknown() -> None:
        with Client(str(path)) as bridge:
            bridge.call("no.such")

    with pytest.raises(CallError, match="Method not found") as caught:
        await asyncio.to_thread(unknown)
    assert caught.value.data == {}


async def test_events_come_between_calls(path: Path, bus: EventBus) -> None:
    def listen() -> list[int]:
        with Client(str(path)) as bridge:
            events = bridge.events(["scan"], after=0, stream=bus.stream)
            bridge.call("bridge.hello")  # the replay lies before its answer
            assert bridge.subscribed == {"stream": bus.stream, "seq": 2, "gap": False}
            replayed = [next(events)["seq"] for _ in range(2)]
            loop.call_soon_threadsafe(bus.publish, "scan", {})
            return [*replayed, next(events)["seq"]]

    loop = asyncio.get_running_loop()
    bus.publish("scan", {})
    bus.publish("scan", {})
    assert await asyncio.to_thread(listen) == [1, 2, 3]


async def test_only_json_and_decimals_can_be_sent(path: Path) -> None:
    def send() -> None:
        with Client(str(path)) as bridge:
            bridge.call("bridge.hello", client=object())

    with pytest.raises(TypeError, match="object is no JSON value"):
        await asyncio.to_thread(send)


def test_an_error_between_events_is_raised(socket_dir: Path) -> None:
    """As a bridge that puts its client out says why."""
    address = str(socket_dir / "cut.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        with Client(address) as bridge:
            server_side, _ = listener.accept()
            with server_side:
                server_side.sendall(b'{"jsonrpc":"2.0","id":1,"result":{}}\n')
                events = bridge.events(["scan"])
                server_side.sendall(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}\n')
                with pytest.raises(CallError, match="no"):
                    next(events)


@pytest.mark.parametrize("line", [b"HTTP/1.1 400 Bad Request\r\n", b"\xff\n", b"[" * 100_000 + b"\n", b"17\n", b"[]\n"])
def test_what_is_no_bridge_is_unreachable(socket_dir: Path, line: bytes) -> None:
    address = str(socket_dir / "other.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        with Client(address) as bridge:
            server_side, _ = listener.accept()
            with server_side:
                server_side.sendall(line)
                with pytest.raises(Unreachable, match="no bridge"):
                    bridge.call("bridge.hello")


async def test_nobody_there_is_unreachable(path: Path) -> None:
    with pytest.raises(Unreachable, match=r"missing\.sock"):
        Client(str(path.with_name("missing.sock")))


async def test_no_answer_in_time_is_unreachable(path: Path, desk: CannedDesk) -> None:
    def resolve() -> None:
        with Client(str(path), timeout=0.05) as bridge:
            bridge.call("card.resolve", code="1")

    with pytest.raises(Unreachable):
        await asyncio.to_thread(resolve)
    await until(lambda: desk.cancelled == ["card.resolve"])


def test_a_connection_cut_off_is_unreachable_for_good(socket_dir: Path) -> None:
    address = str(socket_dir / "cut.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        with Client(address) as bridge:
            server_side, _ = listener.accept()
            server_side.sendall(b'{"jsonrpc":"2.0","id":1,"resu')
            server_side.close()
            with pytest.raises(Unreachable):
                bridge.call("bridge.hello")
            with pytest.raises(Unreachable):
                bridge.call("bridge.hello")
