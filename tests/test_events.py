"""The event ring: numbers, replay, gaps, waiting."""

import asyncio
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import RING_EVENTS, Event, EventBus, rfc3339
from tests.devices.waiting import until

NOW = datetime(2026, 11, 22, 9, 30, 0, 125_900, tzinfo=UTC)


@pytest.fixture
def bus() -> EventBus:
    return EventBus(lambda: NOW)


def seqs(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


def test_events_are_numbered_from_one_and_dated(bus: EventBus) -> None:
    assert bus.seq == 0
    event = bus.publish("scan", {"data": "1"})
    assert (event.seq, event.topic, event.at, event.data) == (
        1,
        "scan",
        "2026-11-22T09:30:00.125Z",
        {"data": "1"},
    )
    assert bus.publish("card", {}).seq == bus.seq == 2


def test_a_time_is_told_in_utc_whatever_its_zone() -> None:
    moscow = NOW.astimezone(timezone(timedelta(hours=3)))
    assert rfc3339(moscow) == rfc3339(NOW) == "2026-11-22T09:30:00.125Z"


def test_each_start_draws_its_own_stream(bus: EventBus) -> None:
    assert re.fullmatch("[0-9a-f]{16}", bus.stream)
    assert EventBus(lambda: NOW).stream != bus.stream


def test_replay_gives_what_is_missing_of_the_wanted_topics(bus: EventBus) -> None:
    for topic in ("scan", "card", "scan", "device"):
        bus.publish(topic, {})
    events, gap = bus.replay(1, bus.stream, {"scan", "device"})
    assert (seqs(events), gap) == ([3, 4], False)
    assert bus.replay(4, None, {"scan"}) == ([], False)


def test_without_after_it_starts_now(bus: EventBus) -> None:
    bus.publish("scan", {})
    assert bus.replay(None, None, {"scan"}) == ([], False)
    assert bus.locate(None, bus.stream) == (1, False)


def test_another_stream_is_a_gap_and_everything_is_new(bus: EventBus) -> None:
    bus.publish("scan", {})
    events, gap = bus.replay(1, "an earlier start", {"scan"})
    assert (seqs(events), gap) == ([1], True)
    assert bus.replay(None, "an earlier start", {"scan"}) == ([], True)


def test_an_after_not_reached_yet_is_an_earlier_start_s(bus: EventBus) -> None:
    bus.publish("scan", {})
    events, gap = bus.replay(7, None, {"scan"})
    assert (seqs(events), gap) == ([1], True)


def test_the_ring_forgets_and_says_so(bus: EventBus) -> None:
    for _ in range(RING_EVENTS + 5):
        bus.publish("scan", {})
    events, gap = bus.replay(5, bus.stream, {"scan"})
    assert (events[0].seq, len(events), gap) == (6, RING_EVENTS, False)
    events, gap = bus.replay(4, bus.stream, {"scan"})
    assert (events[0].seq, len(events), gap) == (6, RING_EVENTS, True)


@given(published=st.integers(0, 1_300), after=st.integers(0, 1_400))
def test_a_replay_is_the_tail_or_admits_a_gap(published: int, after: int) -> None:
    bus = EventBus(lambda: NOW)
    for _ in range(published):
        bus.publish("scan", {})
    events, gap = bus.replay(after, bus.stream, {"scan"})
    assert gap is (after > published or after < published - RING_EVENTS)
    if not gap:
        assert seqs(events) == list(range(after + 1, published + 1))


def test_listeners_hear_at_once_until_they_leave(bus: EventBus) -> None:
    heard: list[Event] = []
    bus.subscribe(heard.append)
    first = bus.publish("queue", {})
    bus.unsubscribe(heard.append)
    bus.publish("queue", {})
    assert heard == [first]


async def test_a_wait_ends_with_an_event_of_its_topics(bus: EventBus) -> None:
    waiting = asyncio.create_task(bus.wait({"card"}))
    await until(lambda: bool(bus._waiting))
    bus.publish("scan", {})
    assert not any(arrived.done() for arrived in bus._waiting)
    bus.publish("card", {})
    bus.publish("card", {})  # a second one before the waiter runs does no harm
    async with asyncio.timeout(5):
        await waiting


async def test_a_cancelled_wait_is_forgotten(bus: EventBus) -> None:
    waiting = asyncio.create_task(bus.wait({"card"}))
    await until(lambda: bool(bus._waiting))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not bus._waiting
    bus.publish("card", {})
