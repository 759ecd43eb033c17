"""What providers answer, whoever answers in their place."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache

from bridge.providers.exchange import HttpReply
from bridge.providers.http import Fault, WireError
from bridge.providers.rest.profile import Call, Profile
from bridge.providers.rest.replies import balance_in, found_in, result_in
from bridge.providers.rest.verdicts import No, lookup_failure, reader, verdict
from bridge.providers.retry_after import parse_retry_after
from tests.fuzz.target import Target, choice
from tests.providers.contract import CARD, PHONE
from tests.providers.http_replies import FAULTS, REPLIES, assert_read_soundly
from tests.providers.maxma_replies import HONEST, READERS, assert_harmless
from tests.providers.rest import shipped

PATHS = sorted(READERS)
KINDS = ("locards", "cardlab", "rest")
STATUSES = (200, 201, 204, 400, 401, 403, 404, 409, 422, 429, 500, 503)
MOVE_ID = "store-01/till-1/R-1/hold/1"
NOW = datetime(2026, 11, 27, tzinfo=UTC)
Convert = Callable[[object], object]


def maxma(data: bytes) -> None:
    """A value or WireError, and no figure that cannot be reckoned with."""
    assert_harmless(PATHS[choice(data, 0, len(PATHS))], data[1:])


@cache
def _calls(kind: str) -> list[tuple[Profile, str, Call, Convert]]:
    """Each operation of a profile, and what is read of its answer."""
    profile = shipped(kind)
    units, find, balance = profile.units, profile.find, profile.balance
    calls: list[tuple[str, Call | None, Convert]] = [
        ("find", find, lambda document: found_in(document, find.reply, CARD, units)),
        ("find", find, lambda document: found_in(document, find.reply, PHONE, units)),
    ]
    if balance:
        calls.append(("balance", balance, lambda document: balance_in(document, balance.reply, CARD, units)))
    moves = {name: getattr(profile, name) for name in ("redeem", "purchase", "cancel", "refund", "status")}
    calls += [(name, call, _result_of(call, profile)) for name, call in moves.items() if call]
    return [(profile, name, call, convert) for name, call, convert in calls if call]


def _result_of(call: Call, profile: Profile) -> Convert:
    return lambda document: result_in(document, call.reply, MOVE_ID, CARD, profile.units)  # type: ignore[attr-defined] # each that moves has one


def rest(data: bytes) -> None:
    """A value, a "no", WireError or Fault."""
    calls = _calls(KINDS[choice(data, 0, len(KINDS))])
    profile, name, call, convert = calls[choice(data, 1, len(calls))]
    reply = HttpReply(STATUSES[choice(data, 2, len(STATUSES))], {}, data[3:])
    try:
        answer = reader(profile, name, call, convert)(reply)
    except (WireError, Fault):
        return
    if isinstance(answer, No):
        assert len(answer.reason) <= 200
        lookup_failure(answer)
        verdict(answer, MOVE_ID)


def retry_after(data: bytes) -> None:
    """Seconds, or nothing usable."""
    value, _, date = data.decode("latin-1").partition("\n")
    seconds = parse_retry_after(value, date, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


def _seeds_of_maxma() -> Iterator[bytes]:
    for place, path in enumerate(PATHS):
        yield bytes((place,)) + HONEST[path]
        yield bytes((place,)) + b'{"errorCode":3,"description":"+79161234567"}'


def _seeds_of_rest() -> Iterator[bytes]:
    card = (
        b'{"cards":[{"number":"0290000000017","phone":"+79161234567","last_name":"A","status":"active","kind":"both",'
        b'"balance":350.5,"discount_percent":5,"earn_percent":"5"}]}'
    )
    moved = (
        b'{"id":"store-01/till-1/R-1/hold/1","card":"0290000000017","ref":7,"accrued":1,'
        b'"printout":["a","b"],"state":"done"}'
    )
    for kind in range(len(KINDS)):
        for operation in range(8):
            for status in (0, 3, 9):
                yield bytes((kind, operation, status)) + (card if operation < 2 else moved)


_NUMBERS = (b"1E+999999", b'"sNaN"', b'"NaN"', b"-0", b"1e30", b"null", b"true", b"[[[[", b'"2026-13-01"')


def _seeds_of_http() -> Iterator[bytes]:
    yield from (said for said, _told in REPLIES.values())
    yield from (said for said in FAULTS.values() if len(said) < 4096)


TARGETS = (
    Target(
        "replies-http",
        assert_read_soundly,
        _seeds_of_http,
        (b"\r\n", b"HTTP/1.1 200 ", b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n"),
        max_bytes=4096,
    ),
    Target("replies-maxma", maxma, _seeds_of_maxma, _NUMBERS, max_bytes=4096),
    Target("replies-rest", rest, _seeds_of_rest, (*_NUMBERS, b'"error":', b'"code":', b'"message":', b'"cards":[')),
    Target(
        "retry-after",
        retry_after,
        lambda: (b"120", b"Wed, 21 Oct 2026 07:28:00 GMT\nWed, 21 Oct 2026 07:27:00 +0300"),
        (b"+0000", b"GMT", b"Mon, ", b" 9999 "),
        max_bytes=128,
    ),
)
