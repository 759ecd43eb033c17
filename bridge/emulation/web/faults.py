"""What can go wrong between a till and its provider, to be played on purpose."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """In brackets: whether the request is applied to the books."""

    DELAY = "delay"  # [yes] the answer comes `seconds` late
    STATUS = "status"  # [no] an HTTP `status` with an HTML page
    TOO_MANY = "too_many"  # [no] 429, with Retry-After where `retry_after` is set
    TRY_LATER = "try_later"  # [no] business error 49
    REFUSAL = "refusal"  # [no] the business error `code`
    HTML = "html"  # [yes] status 200 and a web page: a captive portal, a proxy
    WRONG_TYPES = "wrong_types"  # [yes] every number a text, every text a number
    TRUNCATED = "truncated"  # [yes] half of the JSON, then the connection ends
    DRIP = "drip"  # [yes] a byte at a time, without end
    OVERSIZE = "oversize"  # [yes] a reply of many megabytes
    GARBAGE = "garbage"  # [yes] bytes that are no HTTP
    REDIRECT = "redirect"  # [no] 302 to another host
    SILENCE = "silence"  # [no] never an answer
    LOST_REQUEST = "lost_request"  # [no] the connection ends
    LOST_REPLY = "lost_reply"  # [yes] the connection ends
    HANG_UP = "hang_up"  # [yes] a proper answer, then the idle connection is closed without a word
    OTHER_CARD = "other_card"  # [yes] the answer is about another client
    NEGATIVE = "negative"  # [yes] every number is below nothing
    ABSURD = "absurd"  # [yes] every number is beyond all sense
    TWICE = "twice"  # [yes] every list has its entries twice, the second time with other numbers


NOT_APPLIED = {
    FaultKind.STATUS,
    FaultKind.TOO_MANY,
    FaultKind.TRY_LATER,
    FaultKind.REFUSAL,
    FaultKind.REDIRECT,
    FaultKind.SILENCE,
    FaultKind.LOST_REQUEST,
}


@dataclass(slots=True)
class Fault:
    """`times` is how many more requests it hits."""

    kind: FaultKind
    times: int = 1
    status: int = 500
    code: int = 1
    retry_after: str = ""
    seconds: float = 0.0


class FaultPlan:
    """Faults per method, first planned first played; "*" is any method."""

    def __init__(self) -> None:
        self._faults: dict[str, list[Fault]] = {}

    def add(self, method: str, fault: Fault) -> None:
        """method: "set-purchase", with or without its slash, or "*"."""
        self._faults.setdefault(method.lstrip("/"), []).append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, path: str) -> Fault | None:
        """The fault that hits this request, used up by it."""
        for method in (path.lstrip("/"), "*"):
            for fault in self._faults.get(method, ()):
                if fault.times > 0:
                    fault.times -= 1
                    return fault
        return None
