"""One request to the emulated MAXMA and what it is answered with, faults included. No I/O."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from bridge.emulation.maxma import errors
from bridge.emulation.maxma.faults import NOT_APPLIED, Fault, FaultKind, FaultPlan
from bridge.emulation.maxma.methods import Methods

OVERSIZE_BYTES = 8 << 20

_PAGE = "<!DOCTYPE html><html><body>Ошибка</body></html>".encode()


@dataclass(frozen=True, slots=True)
class Request:
    """As it came; `key` is what the X-Processing-Key header said."""

    path: str
    body: bytes
    key: str
    language: str


@dataclass(frozen=True, slots=True)
class Answer:
    """raw: these bytes instead of HTTP. hang_up: end the connection: "before", "half", "after" the reply, or never.

    drip: a byte at a time; silent: never.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    hang_up: str = ""
    delay_s: float = 0.0
    drip: bool = False
    silent: bool = False


def answer(request: Request, key: str, methods: Methods, faults: FaultPlan) -> Answer:
    """Checks the key, applies the request unless a fault forbids it, and bends the reply as the fault says."""
    fault = faults.take(request.path)
    if fault and fault.kind in NOT_APPLIED:
        return _unapplied(fault)
    if request.key != key:
        return Answer(_PAGE, 401, {"Content-Type": "text/html"})
    body = methods.answer(request.path, request.body)
    if body is None:
        return Answer(_PAGE, 404, {"Content-Type": "text/html"})
    return _bent(fault, body) if fault else Answer(body)


def _unapplied(fault: Fault) -> Answer:
    page = {"Content-Type": "text/html"}
    if fault.kind in {FaultKind.TRY_LATER, FaultKind.REFUSAL}:
        error = errors.try_later() if fault.kind is FaultKind.TRY_LATER else errors.staged(fault.code)
        return Answer(msgspec.json.encode({"errorCode": error.code, "description": error.description}))
    match fault.kind:
        case FaultKind.TOO_MANY:
            wait = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return Answer(_PAGE, 429, page | wait)
        case FaultKind.REDIRECT:
            return Answer(b"", 302, {"Location": "https://elsewhere.invalid/"})
        case FaultKind.SILENCE:
            return Answer(silent=True)
        case FaultKind.LOST_REQUEST:
            return Answer(hang_up="before")
    return Answer(_PAGE, fault.status, page)


def _bent(fault: Fault, body: bytes) -> Answer:
    match fault.kind:
        case FaultKind.DELAY:
            return Answer(body, delay_s=fault.seconds)
        case FaultKind.HTML:
            return Answer(_PAGE, headers={"Content-Type": "text/html"})
        case FaultKind.GARBAGE:
            return Answer(raw=b"\x00\xffSSH-2.0-not-http\r\n\r\n", hang_up="after")
        case FaultKind.OVERSIZE:
            return Answer(b" " * OVERSIZE_BYTES + body)
        case FaultKind.WRONG_TYPES | FaultKind.OTHER_CARD:
            change = _swapped if fault.kind is FaultKind.WRONG_TYPES else _of_another
            return Answer(msgspec.json.encode(change(msgspec.json.decode(body))))
    return _cut_off(fault.kind, body)


def _cut_off(kind: FaultKind, body: bytes) -> Answer:
    where = {FaultKind.LOST_REPLY: "before", FaultKind.TRUNCATED: "half", FaultKind.HANG_UP: "after"}
    return Answer(body, drip=kind is FaultKind.DRIP, hang_up=where.get(kind, ""))


def _swapped(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Every number a text, every text a number, every object a list."""
    if isinstance(value, dict):
        return [_swapped(each) for each in value.values()]
    if isinstance(value, list):
        return {str(place): _swapped(each) for place, each in enumerate(value)}
    return str(value) if isinstance(value, int | float) else 7


def _of_another(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict) and isinstance(value.get("client"), dict):
        value["client"] |= {"card": 999, "cardString": "999", "phoneNumber": "+79990000000"}
    return value
