"""Every example of JSON-RPC 2.0's specification (jsonrpc.org/specification, section 7), word for word, at both doors.

This protocol is narrower in one thing, by its own word: params come by name. Such an example is answered with -32602
(`OURS`), and has a twin by name behind it that is answered as the specification has it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.events import EventBus
from bridge.http.settings import HttpSettings
from bridge.pos.examples import Example
from bridge.pos.listening import listen
from bridge.pos.messages import Params
from bridge.pos.methods import METHODS, Handler, Method
from bridge.pos.server import PosServer
from tests.http.conftest import AUTHORIZED, TOKEN, Web
from tests.pos.conftest import DEADLINE_S, CannedDesk, Connect

PARSE = {"code": -32700, "message": "Parse error"}
INVALID = {"code": -32600, "message": "Invalid Request"}
NOT_FOUND = {"code": -32601, "message": "Method not found"}
BY_NAME = {"code": -32602, "message": "Invalid params"}


def failed(error: dict[str, Any], request_id: object = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": error, "id": request_id}


def done(result: object, request_id: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "result": result, "id": request_id}


EXAMPLES: dict[str, tuple[str, object]] = {
    "positional parameters": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
        failed(BY_NAME, 1),
    ),
    "positional parameters, the other way round": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
        failed(BY_NAME, 2),
    ),
    "named parameters": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
        done(19, 3),
    ),
    "named parameters, the other way round": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
        done(19, 4),
    ),
    "a notification": ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
    "a notification without params": ('{"jsonrpc": "2.0", "method": "foobar"}', None),
    "a non-existent method": ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', failed(NOT_FOUND, "1")),
    "invalid JSON": ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', failed(PARSE)),
    "an invalid Request object": ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', failed(INVALID)),
    "a batch, invalid JSON": (
        """[
  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
  {"jsonrpc": "2.0", "method"
]""",
        failed(PARSE),
    ),
    "an empty array": ("[]", failed(INVALID)),
    "an invalid batch, but not empty": ("[1]", [failed(INVALID)]),
    "an invalid batch": ("[1,2,3]", [failed(INVALID)] * 3),
    "a batch": (
        """[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]""",
        [
            failed(BY_NAME, "1"),
            failed(BY_NAME, "2"),
            failed(INVALID),
            failed(NOT_FOUND, "5"),
            done(["hello", 5], "9"),
        ],
    ),
    "a batch, by name": (
        """[
        {"jsonrpc": "2.0", "method": "sum", "params": {"of": [1,2,4]}, "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": {"of": [7]}},
        {"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]""",
        [
            done(7, "1"),
            done(19, "2"),
            failed(INVALID),
            failed(NOT_FOUND, "5"),
            done(["hello", 5], "9"),
        ],
    ),
    "a batch, all notifications": (
        """[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]""",
        None,
    ),
    # What the rest of the specification says without an example.
    "a name that it reserves": ('{"jsonrpc": "2.0", "method": "rpc.nothing", "id": 1}', failed(NOT_FOUND, 1)),
    "an id that is null": ('{"jsonrpc": "2.0", "method": "get_data", "id": null}', done(["hello", 5], None)),
    "another version": ('{"jsonrpc": "1.0", "method": "get_data", "id": 1}', failed(INVALID, 1)),
}


class Operands(Params):
    """Of the specification's examples."""

    minuend: int = 0
    subtrahend: int = 0
    of: tuple[int, ...] = ()


SPECIFIED: dict[str, Handler] = {
    "subtract": lambda params, _caller: params.minuend - params.subtrahend,
    "sum": lambda params, _caller: sum(params.of),
    "update": lambda _params, _caller: None,
    "notify_hello": lambda _params, _caller: None,
    "get_data": lambda _params, _caller: ["hello", 5],
}
ALL_METHODS = {**METHODS, **{name: Method(Operands, object, "", Example()) for name in SPECIFIED}}


class SpecifiedDesk(CannedDesk):
    """Answers the specification's methods too."""

    def handlers(self) -> dict[str, Handler]:
        return {**super().handlers(), **SPECIFIED}


Ask = Callable[[str], Awaitable[Any]]
"""What is answered to a text; None where nothing is."""


@pytest.fixture
async def server(path: Path, bus: EventBus) -> AsyncIterator[PosServer]:
    server = PosServer(
        SpecifiedDesk().handlers(), bus, cashier_text=str, is_admin=lambda _caller: True, methods=ALL_METHODS
    )
    await server.start(listen(str(path)))
    yield server
    await server.stop(DEADLINE_S)


@pytest.fixture
async def at_the_socket(connect: Connect) -> Ask:
    client = await connect()

    async def ask(text: str) -> Any:  # noqa: ANN401 - JSON
        line = text.replace("\n", " ")
        await client.send(f'{line}\n{{"jsonrpc":"2.0","method":"get_data","id":"behind"}}\n'.encode())
        reply = await client.line()
        if isinstance(reply, dict) and reply["id"] == "behind":
            return None
        assert (await client.line())["id"] == "behind"
        return reply

    return ask


@pytest.fixture
async def over_http(bus: EventBus) -> AsyncIterator[Ask]:
    web = await Web(HttpSettings("127.0.0.1", 0, TOKEN), SpecifiedDesk(), bus, methods=ALL_METHODS).start()
    address = f"http://127.0.0.1:{web.port}"
    async with httpx.AsyncClient(base_url=address, headers=AUTHORIZED, trust_env=False) as client:

        async def ask(text: str) -> Any:  # noqa: ANN401 - JSON
            headers = {"Content-Type": "application/json"}
            response = await client.post("/rpc", content=text.encode(), headers=headers)
            return None if response.status_code == 204 else response.json()

        yield ask
    await web.stop()


@pytest.fixture(params=["at_the_socket", "over_http"])
def ask(request: pytest.FixtureRequest) -> Ask:
    door: Ask = request.getfixturevalue(request.param)
    return door


def without_our_words(reply: Any) -> Any:  # noqa: ANN401 - JSON
    """A reply as the specification prints it: its message, without what we say behind it."""
    if isinstance(reply, list):
        return [without_our_words(one) for one in reply]
    if isinstance(reply, dict) and "error" in reply:
        error = reply["error"]
        return {**reply, "error": {**error, "message": error["message"].split(":")[0]}}
    return reply


@pytest.mark.parametrize("name", EXAMPLES)
async def test_the_specification_s_example(ask: Ask, name: str) -> None:
    sent, told = EXAMPLES[name]
    assert without_our_words(await ask(sent)) == told
