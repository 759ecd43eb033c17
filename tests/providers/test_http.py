"""The HTTP caller alone: being asked to wait, deadlines, headers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bridge.domain.errors import ProviderUnavailable
from bridge.domain.moves import Away
from bridge.emulation.maxma import KEY, EmulatedClient, Fault, FaultKind, MaxmaEmulator
from bridge.providers import build
from bridge.providers.http import MAX_PAUSE_S, HttpCaller, HttpSettings
from bridge.providers.retry_after import parse_retry_after

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
BODY = b'{"card": "1"}'


class Clock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def emulator() -> AsyncIterator[MaxmaEmulator]:
    async with MaxmaEmulator([EmulatedClient(card="1", bonuses=5)]) as running:
        yield running


@pytest.fixture
async def http(emulator: MaxmaEmulator, clock: Clock) -> AsyncIterator[HttpCaller]:
    caller = HttpCaller(HttpSettings("club", emulator.base_url, {"X-Processing-Key": KEY}), clock)
    yield caller
    await caller.aclose()


def whole(body: bytes) -> bytes:
    return body


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120.0),
        (" 0 ", "", 0.0),
        ("Sun, 08 Mar 2026 12:00:30 GMT", "", 30.0),
        ("Sun, 08 Mar 2026 12:00:30 GMT", "Sun, 08 Mar 2026 12:00:20 GMT", 10.0),
        ("Sun, 08 Mar 2026 11:00:00 GMT", "", 0.0),
        ("Sun, 08 Mar 2026 12:00:30 GMT", "yesterday", 30.0),
        ("", "", None),
        ("-5", "", None),
        ("1.5", "", None),
        ("٣", "", None),
        ("soon", "", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", "", None),
        (f"Sun, 08 Mar 2026 {'6' * 40}:00:30 GMT", "", None),
    ],
)
def test_retry_after(value: str, date: str, seconds: float | None) -> None:
    assert parse_retry_after(value, date, NOW) == seconds


async def test_stays_away_for_as_long_as_asked(emulator: MaxmaEmulator, http: HttpCaller, clock: Clock) -> None:
    emulator.fault("get-balance", Fault(FaultKind.TOO_MANY, retry_after="7"))
    with pytest.raises(ProviderUnavailable) as raised:
        await http.lookup("/get-balance", BODY, whole)
    assert raised.value.retry_after_s == 7

    clock.now += 6.5
    with pytest.raises(ProviderUnavailable) as raised:
        await http.lookup("/get-balance", BODY, whole)
    move = await http.move("/get-balance", BODY, whole)

    assert raised.value.retry_after_s == 0.5
    assert isinstance(move, Away)
    assert move.retry_after_s == 0.5
    assert len(emulator.requests) == 1

    clock.now += 0.5
    assert b"bonuses" in await http.lookup("/get-balance", BODY, whole)


async def test_wait_has_a_bound(emulator: MaxmaEmulator, http: HttpCaller) -> None:
    emulator.fault("*", Fault(FaultKind.TOO_MANY, retry_after="86400"))

    reply = await http.move("/get-balance", BODY, whole)

    assert isinstance(reply, Away)
    assert reply.retry_after_s == MAX_PAUSE_S


async def test_unsaid_wait_is_none(emulator: MaxmaEmulator, http: HttpCaller) -> None:
    emulator.fault("*", Fault(FaultKind.TOO_MANY))

    assert await http.move("/get-balance", BODY, whole) == Away("HTTP 429", None)
    assert isinstance(await http.move("/get-balance", BODY, whole), bytes)


async def test_one_connection_serves_them_all(emulator: MaxmaEmulator, http: HttpCaller) -> None:
    for _ in range(5):
        await http.lookup("/get-balance", BODY, whole)

    assert emulator.server.accepted == 1


@pytest.mark.parametrize("key", ["ключ", "a\nb", "a\x00"])
def test_key_that_no_header_can_carry(key: str) -> None:
    with pytest.raises(ValueError, match="X-Processing-Key") as raised:
        HttpCaller(HttpSettings("club", "https://example.org", {"X-Processing-Key": key}))
    assert key not in str(raised.value)


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(HttpSettings("club", "https://example.org", {"X-Processing-Key": "secret"}))


async def test_unusable_address_is_away() -> None:
    caller = HttpCaller(HttpSettings("club", "https://a..b/", {}))
    try:
        assert isinstance(await caller.move("/x", b"{}", whole), Away)
    finally:
        await caller.aclose()


def test_unknown_kind() -> None:
    with pytest.raises(ValueError, match="known: maxma, locards, cardlab, rest, card-file"):
        build("uds", object())


async def test_logs_name_no_card_and_no_key(emulator: MaxmaEmulator, http: HttpCaller) -> None:
    body = b'{"card": "2900000000018"}'
    with capture_logs() as logged:
        for kind in (FaultKind.GARBAGE, FaultKind.HTML, FaultKind.LOST_REPLY):
            emulator.fault("*", Fault(kind))
            await http.move("/get-balance", body, whole)

    assert [entry["state"] for entry in logged] == ["unavailable", "available", "unavailable"]
    assert "2900000000018" not in str(logged)
    assert KEY not in str(logged)
