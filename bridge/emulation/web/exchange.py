"""One request to an emulated provider and what it is answered with, faults included. No I/O."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bridge.emulation.web.faults import NOT_APPLIED, Fault, FaultKind

OVERSIZE_BYTES = 8 << 20
PAGE = "<!DOCTYPE html><html><body>Ошибка</body></html>".encode()
HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True, slots=True)
class Request:
    """As it came; names of headers in lower case."""

    path: str
    body: bytes
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the X-Processing-Key header said."""
        return self.headers.get("x-processing-key", "")

    @property
    def language(self) -> str:
        return self.headers.get("accept-language", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """raw: these bytes instead of HTTP. hang_up: end the connection: "before", "half", "after" the reply, or never.

    drip: a byte at a time; silent: never. held: not before this is set.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    hang_up: str = ""
    delay_s: float = 0.0
    drip: bool = False
    silent: bool = False
    held: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """What differs between providers in playing a fault.

    refusal: "try later", or the business error of a fault's code, in the provider's words. of_another: a reply made one
    about another client.
    """

    refusal: Callable[[Fault], Answer]
    of_another: Callable[[Any], Any]


def answered(fault: Fault | None, apply: Callable[[], Answer], manner: Manner) -> Answer:
    """`apply` answers the request, unless the fault forbids it; then its reply is bent as the fault says."""
    if fault is None:
        return apply()
    if fault.kind in NOT_APPLIED:
        return _unapplied(fault, manner)
    answer = apply()
    return answer if answer.body is PAGE else _bent(fault, answer, manner)


def _unapplied(fault: Fault, manner: Manner) -> Answer:
    match fault.kind:
        case FaultKind.TOO_MANY:
            wait = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return Answer(PAGE, 429, HTML | wait)
        case FaultKind.TRY_LATER | FaultKind.REFUSAL:
            return manner.refusal(fault)
        case FaultKind.REDIRECT:
            return Answer(b"", 302, {"Location": "https://elsewhere.invalid/"})
        case FaultKind.SILENCE:
            return Answer(silent=True)
        case FaultKind.LOST_REQUEST:
            return Answer(hang_up="before")
    return Answer(PAGE, fault.status, dict(HTML))


def _bent(fault: Fault, answer: Answer, manner: Manner) -> Answer:
    body = answer.body
    match fault.kind:
        case FaultKind.DELAY:
            return Answer(body, answer.status, delay_s=fault.seconds)
        case FaultKind.HTML:
            return Answer(PAGE, headers=dict(HTML))
        case FaultKind.GARBAGE:
            return Answer(raw=b"\x00\xffSSH-2.0-not-http\r\n\r\n", hang_up="after")
        case FaultKind.OVERSIZE:
            return Answer(b" " * OVERSIZE_BYTES + body)
    change = _CHANGES.get(fault.kind, manner.of_another if fault.kind is FaultKind.OTHER_CARD else None)
    if change is not None:
        return Answer(msgspec.json.encode(change(msgspec.json.decode(body))), answer.status)
    return _cut_off(fault.kind, answer)


def _cut_off(kind: FaultKind, answer: Answer) -> Answer:
    where = {FaultKind.LOST_REPLY: "before", FaultKind.TRUNCATED: "half", FaultKind.HANG_UP: "after"}
    return Answer(answer.body, answer.status, drip=kind is FaultKind.DRIP, hang_up=where.get(kind, ""))


def _swapped(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Every number a text, every text a number, every object a list."""
    if isinstance(value, dict):
        return [_swapped(each) for each in value.values()]
    if isinstance(value, list):
        return {str(place): _swapped(each) for place, each in enumerate(value)}
    return str(value) if isinstance(value, int | float) else 7


def _numbers(value: Any, change: Callable[[float], float]) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict):
        return {key: _numbers(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers(each, change) for each in value]
    return change(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _twice(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict):
        return {key: _twice(each) for key, each in value.items()}
    if isinstance(value, list):
        return [*value, *_numbers(value, lambda number: number + 1)]
    return value


_CHANGES: dict[FaultKind, Callable[[Any], Any]] = {
    FaultKind.WRONG_TYPES: _swapped,
    FaultKind.NEGATIVE: lambda reply: _numbers(reply, lambda number: -number - 1),
    FaultKind.ABSURD: lambda reply: _numbers(reply, lambda number: 10**15 + number),
    FaultKind.TWICE: _twice,
}
