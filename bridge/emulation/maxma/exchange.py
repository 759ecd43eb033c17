"""One request to the emulated MAXMA and what it is answered with: the key, then the method. No I/O."""

from typing import Any

import msgspec

from bridge.emulation.maxma import errors
from bridge.emulation.maxma.methods import Methods
from bridge.emulation.web.exchange import HTML, PAGE, Answer, Manner, Request, answered
from bridge.emulation.web.faults import Fault, FaultKind, FaultPlan


def answer(request: Request, key: str, methods: Methods, faults: FaultPlan) -> Answer:
    """Checks the key, applies the request unless a fault forbids it, and bends the reply as the fault says."""

    def apply() -> Answer:
        if request.key != key:
            return Answer(PAGE, 401, dict(HTML))
        body = methods.answer(request.path, request.body)
        return Answer(PAGE, 404, dict(HTML)) if body is None else Answer(body)

    return answered(faults.take(request.path), apply, MANNER)


def _refusal(fault: Fault) -> Answer:
    error = errors.try_later() if fault.kind is FaultKind.TRY_LATER else errors.staged(fault.code)
    return Answer(msgspec.json.encode({"errorCode": error.code, "description": error.description}))


def _of_another(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict) and isinstance(value.get("client"), dict):
        value["client"] |= {"card": 999, "cardString": "999", "phoneNumber": "+79990000000"}
    return value


MANNER = Manner(_refusal, _of_another)
