"""What cash programs send: lines, requests, params."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bridge.ports import UNMEASURED
from bridge.pos import messages as m
from bridge.pos.dispatch import Dispatcher, Pending
from bridge.pos.framing import FrameDecoder
from bridge.pos.jsonrpc import INTERNAL_ERROR, INVALID_PARAMS, MAX_BATCH, Batch, Call, Rejected, parse
from bridge.pos.methods import METHODS, Handler
from bridge.pos.peer import Caller
from bridge.pos.reading import closing_of, moment_of, paper_of, phone_of
from tests.fuzz.target import Target, choice, cut

CALLER = Caller(connection=1)


def frames(data: bytes) -> None:
    """Pieces of any size give the same lines, and only line ends are left out."""
    size, body = choice(data, 0, 64) + 1, data[1:]
    whole, pieces = FrameDecoder(), FrameDecoder()
    lines = whole.feed(body)
    assert lines == [line for piece in cut(body, size) for line in pieces.feed(piece)]
    assert whole.is_inside_line == pieces.is_inside_line == (bool(body) and not body.endswith(b"\n"))
    assert b"".join(lines) in body.replace(b"\r\n", b"").replace(b"\n", b"")


def requests(data: bytes) -> None:
    """A call that says what it said, or a refusal that is JSON itself."""
    request = parse(data)
    members = request.members if isinstance(request, Batch) else (request,)
    assert 1 <= len(members) <= MAX_BATCH
    for member in members:
        if isinstance(member, Rejected):
            assert json.loads(member.reply())["error"]["code"] == member.code
        elif isinstance(member, Call):
            assert isinstance(json.loads(member.params), dict | list)
            assert member.id is None or isinstance(json.loads(member.id), str | int | float | None)


def calls(data: bytes) -> None:
    """Every call has its answer, and none of them is that something is broken."""
    answer = DISPATCHER.answer(data, CALLER)
    assert not isinstance(answer, Pending)
    for reply in _replies(answer):
        code = reply.get("error", {}).get("code", 0)
        assert code != INTERNAL_ERROR
        if code == INVALID_PARAMS:
            assert reply["error"]["message"].isprintable()


def _replies(answer: bytes | None) -> list[dict[str, Any]]:
    if answer is None:
        return []
    told = json.loads(answer)
    return told if isinstance(told, list) else [told]


_READ: Mapping[type, Callable[[Any], object]] = {
    m.CloseParams: closing_of,
    m.PrintParams: lambda params: paper_of(params.lines),
    m.ListParams: lambda params: moment_of(params.since),
    m.ResolveParams: lambda params: phone_of(params.phone) if params.phone else None,
}


def _handler(name: str) -> Handler:
    method = METHODS[name]
    read = _READ.get(method.params, lambda _params: None)

    def answer(params: Any, _caller: Caller) -> object:  # noqa: ANN401 - as handlers are
        read(params)
        return method.example.result

    return answer


def dispatcher() -> Dispatcher:
    """One that takes each call to the desk's door and answers with its example."""
    return Dispatcher(
        {name: _handler(name) for name in METHODS},
        cashier_text=lambda kind: kind,
        is_admin=lambda _caller: True,
        meter=UNMEASURED,
    )


DISPATCHER = dispatcher()


def _examples() -> Iterator[bytes]:
    for number, (name, method) in enumerate(METHODS.items()):
        call = {"jsonrpc": "2.0", "id": number, "method": name, "params": method.example.params}
        yield json.dumps(call, ensure_ascii=number % 2 == 0).encode()
    yield b'[{"jsonrpc":"2.0","method":"bridge.hello","id":null},{"jsonrpc":"2.0"},7]'


WORDS = (b'"jsonrpc":"2.0"', b'"params":{', b'"id":', b'"1e9"', b"1e2", b"-0.001", b"\\ud800", b"\\u0000", b'"NaN"')

TARGETS = (
    Target("socket-frames", frames, lambda: (b"\x05{}\n{}\r\n\n\r\n{", b"\x00a\rb\n")),
    Target("socket-requests", requests, _examples, WORDS),
    Target("socket-calls", calls, _examples, (*WORDS, *(f'"{name}"'.encode() for name in METHODS))),
)
