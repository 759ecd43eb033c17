"""JSON-RPC 2.0: the examples of its specification, and what it leaves open."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bridge.domain.errors import CardNotFound
from bridge.ports import UNMEASURED
from bridge.pos.dispatch import Dispatcher, Pending
from bridge.pos.examples import Example
from bridge.pos.jsonrpc import MAX_BATCH, InvalidParams, encode, parse
from bridge.pos.messages import Empty, Params
from bridge.pos.methods import Handler, Method
from bridge.pos.peer import Caller

NOBODY = Caller(1)
Ask = Callable[[bytes], bytes | None]


class Operands(Params):
    minuend: int
    subtrahend: int


class Anything(Params):
    value: Any = None


def subtract(params: Operands, _caller: Caller) -> int:
    return params.minuend - params.subtrahend


def refuse(_params: Anything, _caller: Caller) -> None:
    raise CardNotFound("no such card")


def fail(_params: Anything, _caller: Caller) -> None:
    raise ZeroDivisionError("a defect")


def object_to(_params: Anything, _caller: Caller) -> None:
    raise InvalidParams("two of three")


HANDLERS: dict[str, tuple[type[Params], Handler]] = {
    "subtract": (Operands, subtract),
    "echo": (Anything, lambda params, _caller: params.value),
    "nothing": (Anything, lambda _params, _caller: None),
    "refuse": (Anything, refuse),
    "fail": (Anything, fail),
    "object": (Anything, object_to),
    "unencodable": (Anything, lambda _params, _caller: object()),
    "surrogate": (Anything, lambda _params, _caller: {"name": "Ива\ud800н"}),
    "admin": (Anything, lambda _params, _caller: 1),
}


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher(
        {name: handler for name, (_, handler) in HANDLERS.items()},
        cashier_text=lambda kind: f"<{kind}>",
        is_admin=lambda caller: caller.uid == 0,
        meter=UNMEASURED,
        methods={
            name: Method(params, Empty, "", Example(), admin=name == "admin") for name, (params, _) in HANDLERS.items()
        },
    )


@pytest.fixture
def ask(dispatcher: Dispatcher) -> Ask:
    def ask(line: bytes) -> bytes | None:
        answer = dispatcher.answer(line, NOBODY)
        assert not isinstance(answer, Pending)
        return answer

    return ask


def told(ask: Ask, line: str | bytes) -> Any:  # noqa: ANN401 - JSON
    reply = ask(line if isinstance(line, bytes) else line.encode())
    return None if reply is None else json.loads(reply)


def outline(reply: Any) -> Any:  # noqa: ANN401 - JSON
    """A reply without our own words behind the specification's."""
    if isinstance(reply, list):
        return [outline(one) for one in reply]
    if isinstance(reply, dict) and "error" in reply:
        message = reply["error"]["message"].split(":")[0]
        return {**reply, "error": {"code": reply["error"]["code"], "message": message}}
    return reply


def error(code: int, message: str, request_id: object = None) -> dict[str, object]:
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message}, "id": request_id}


INVALID = error(-32600, "Invalid Request")
PARSE = error(-32700, "Parse error")


@pytest.mark.parametrize(
    ("request_line", "reply"),
    [
        (
            '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
            {"jsonrpc": "2.0", "result": 19, "id": 3},
        ),
        (
            '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
            {"jsonrpc": "2.0", "result": 19, "id": 4},
        ),
        ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
        ('{"jsonrpc": "2.0", "method": "foobar"}', None),
        ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error(-32601, "Method not found", "1")),
        ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', PARSE),
        ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', INVALID),
        (
            '[{"jsonrpc": "2.0", "method": "subtract", "params": {}, "id": "1"}, {"jsonrpc": "2.0", "method"]',
            PARSE,
        ),
        ("[]", INVALID),
        ("[1]", [INVALID]),
        ("[1,2,3]", [INVALID, INVALID, INVALID]),
        (
            """[{"jsonrpc": "2.0", "method": "echo", "params": {"value": 7}, "id": "1"},
               {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
               {"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": "2"},
               {"foo": "boo"},
               {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
               {"jsonrpc": "2.0", "method": "echo", "params": {"value": ["hello", 5]}, "id": "9"}]""",
            [
                {"jsonrpc": "2.0", "result": 7, "id": "1"},
                {"jsonrpc": "2.0", "result": 19, "id": "2"},
                INVALID,
                error(-32601, "Method not found", "5"),
                {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"},
            ],
        ),
        (
            '[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1]}, {"jsonrpc": "2.0", "method": "echo"}]',
            None,
        ),
    ],
)
def test_the_specification_s_examples(ask: Ask, request_line: str, reply: object) -> None:
    """Section 7, with params by name where it has them by position, which this protocol refuses (next test)."""
    assert outline(told(ask, request_line.replace("\n", " "))) == reply


def test_params_by_position_are_refused(ask: Ask) -> None:
    reply = told(ask, '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}')
    assert outline(reply) == error(-32602, "Invalid params", 1)


@pytest.mark.parametrize(
    "request_id",
    [
        *('"a"', '""', '"\\u0041\\n"', '"ключ"', "0", "-0", "-1", "1.0", "1e2", "1E+2", "-0.50", "null"),
        *("123456789012345678901234567890", "1e999", "0.1000", '"\\ud83d\\ude00"', '"\\/"'),
    ],
)
@pytest.mark.parametrize("method", ["echo", "foobar", "subtract"])
def test_an_id_goes_back_as_it_was_written(ask: Ask, request_id: str, method: str) -> None:
    reply = ask(f'{{"jsonrpc":"2.0","method":"{method}","id": {request_id} }}'.encode())
    assert reply is not None
    assert reply.endswith(f',"id":{request_id}}}'.encode())


@pytest.mark.parametrize("request_id", ["{}", "[]", "true", "false", '{"a":1}', "[1]"])
def test_an_id_of_another_kind_is_answered_with_null(ask: Ask, request_id: str) -> None:
    reply = told(ask, f'{{"jsonrpc":"2.0","method":"echo","id":{request_id}}}')
    assert outline(reply) == INVALID
    assert outline(told(ask, f'{{"jsonrpc":"1.0","method":"echo","id":{request_id}}}')) == INVALID


@pytest.mark.parametrize(
    "members",
    [
        '"method":"echo"',
        '"jsonrpc":"1.0","method":"echo"',
        '"jsonrpc":2.0,"method":"echo"',
        '"jsonrpc":null,"method":"echo"',
        '"jsonrpc":"2.0"',
        '"jsonrpc":"2.0","method":null',
        '"jsonrpc":"2.0","method":["echo"]',
        '"jsonrpc":"2.0","method":"echo","params":"bar"',
        '"jsonrpc":"2.0","method":"echo","params":1',
        '"jsonrpc":"2.0","method":"echo","params":null',
        '"jsonrpc":"2.0","method":"echo","params":true',
    ],
)
def test_an_invalid_request_is_answered_with_its_id_where_it_has_one(ask: Ask, members: str) -> None:
    assert outline(told(ask, f"{{{members}}}")) == INVALID
    assert outline(told(ask, f'{{{members},"id":"x1"}}')) == error(-32600, "Invalid Request", "x1")
    assert outline(told(ask, f'{{"id":7,{members}}}')) == error(-32600, "Invalid Request", 7)


@pytest.mark.parametrize("line", ["1", '"x"', "null", "true", "1.5e3", "{}", ' {"id":[]} '])
def test_what_is_json_and_no_request_is_invalid(ask: Ask, line: str) -> None:
    assert outline(told(ask, line)) == INVALID


@pytest.mark.parametrize(
    "line",
    [
        b" ",
        b"hello",
        b"{",
        b'{"jsonrpc":"2.0"',
        b'{"jsonrpc":"1.0","method":"echo","id":1',
        b'{"jsonrpc":"2.0","method":1,"id":1} x',
        b'{"jsonrpc":"2.0","method":"echo","params":{"value":NaN},"id":1}',
        b'{"jsonrpc":"2.0","method":"echo","id":01}',
        b"{'jsonrpc':'2.0'}",
        b'{"jsonrpc":"2.0","method":"echo","id":"\xff"}',
        b'{"jsonrpc":"2.0","method":"echo","params":{"value":"\xed\xa0\x80"},"id":1}',
        b'{"jsonrpc":"2.0","method":"echo","params":{"value":"\\ud800"},"id":1}',
        b'{"jsonrpc":"2.0","method":"echo","id":"\\udc00"}',
        b"\xef\xbb\xbf{}",
        b"[1,]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"jsonrpc":"2.0","method":"echo","id":1,"params":{"value":' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_what_is_no_json_is_a_parse_error(ask: Ask, line: bytes) -> None:
    assert outline(told(ask, line)) == PARSE


def test_members_of_no_meaning_are_ignored(ask: Ask) -> None:
    line = '{"jsonrpc":"2.0","method":"echo","params":{"value":1},"id":1,"extra":{"a":[1e999]}}'
    assert told(ask, line)["result"] == 1


@pytest.mark.parametrize("method", ["echo", "subtract", "foobar", "refuse", "fail", "object", "admin"])
def test_a_notification_is_never_answered(ask: Ask, method: str) -> None:
    assert ask(f'{{"jsonrpc":"2.0","method":"{method}"}}'.encode()) is None


def test_a_batch_has_its_limit(ask: Ask) -> None:
    one = '{"jsonrpc":"2.0","method":"echo","id":1}'
    assert len(told(ask, f"[{','.join([one] * MAX_BATCH)}]")) == MAX_BATCH
    assert outline(told(ask, f"[{','.join([one] * (MAX_BATCH + 1))}]")) == INVALID


def test_a_refusal_tells_what_to_do(ask: Ask) -> None:
    assert told(ask, '{"jsonrpc":"2.0","method":"refuse","id":1}')["error"] == {
        "code": 1001,
        "message": "no such card",
        "data": {"kind": "card_not_found", "retryable": False, "text": "<card_not_found>"},
    }


def test_a_handler_may_object_to_params(ask: Ask) -> None:
    reply = told(ask, '{"jsonrpc":"2.0","method":"object","id":1}')
    assert reply["error"] == {"code": -32602, "message": "Invalid params: two of three"}


@pytest.mark.parametrize("method", ["fail", "unencodable"])
def test_a_defect_costs_its_caller_one_error(ask: Ask, method: str, capsys: pytest.CaptureFixture[str]) -> None:
    reply = told(ask, f'{{"jsonrpc":"2.0","method":"{method}","id":1}}')
    assert reply == error(-32603, "Internal error", 1)
    logged = capsys.readouterr().out
    assert "request_failed" in logged
    assert "Traceback" in logged


def test_an_empty_result_is_an_object(ask: Ask) -> None:
    assert told(ask, '{"jsonrpc":"2.0","method":"nothing","id":1}')["result"] == {}


def test_a_surrogate_from_a_provider_does_not_break_the_reply(ask: Ask) -> None:
    assert told(ask, '{"jsonrpc":"2.0","method":"surrogate","id":1}')["result"] == {"name": "Ива?н"}
    assert json.loads(encode({"a": "\udfff"})) == {"a": "?"}
    assert encode({"a": "ж"}) == '{"a":"ж"}'.encode()


def test_admin_methods_are_for_administrators(dispatcher: Dispatcher) -> None:
    line = b'{"jsonrpc":"2.0","method":"admin","id":1}'
    with capture_logs() as logs:
        refused = dispatcher.answer(line, Caller(1, uid=1000, pid=77))
    assert isinstance(refused, bytes)
    assert json.loads(refused)["error"]["code"] == 1009
    assert [(entry["event"], entry["method"], entry["uid"], entry["pid"]) for entry in logs] == [
        ("call_refused", "admin", 1000, 77)
    ]
    assert dispatcher.answer(line, Caller(1, uid=0)) == b'{"jsonrpc":"2.0","result":1,"id":1}'


def test_methods_and_handlers_belong_together(dispatcher: Dispatcher) -> None:
    with pytest.raises(ValueError, match=r"bridge\.hello"):
        Dispatcher({}, cashier_text=str, is_admin=bool, meter=UNMEASURED)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(line: bytes) -> None:
    parse(line)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | json_values,
        "method": st.sampled_from(["echo", "subtract", "fail", "nothing"]) | json_values,
        "params": json_values,
        "id": json_values,
    },
)


@given(request=envelopes | st.lists(envelopes, max_size=3), escaped=st.booleans())
def test_no_json_makes_it_raise(request: object, escaped: bool) -> None:
    line = json.dumps(request, ensure_ascii=escaped).encode(errors="surrogatepass")
    parse(line)
