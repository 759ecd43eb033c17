from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.idle import Idle, Night

NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.combine(NOON.date(), time.fromisoformat(text), UTC)


def test_clock_and_date() -> None:
    idle = Idle(("Добро пожаловать", "{date}     {time}"))
    assert idle.rows_at(at("09:05:59")) == ("Добро пожаловать", "24.11.2026     09:05")


@pytest.mark.parametrize(
    ("night", "dark", "light"),
    [
        ("23:00-07:00", ["23:00", "23:59:59", "00:00", "06:59:59"], ["07:00", "12:00", "22:59:59"]),
        ("01:30-05:00", ["01:30", "04:59"], ["05:00", "23:00", "00:00", "01:29:59"]),
    ],
)
def test_night(night: str, dark: list[str], light: list[str]) -> None:
    idle = Idle(night=Night.of(night))
    assert all(idle.is_dark(at(moment)) for moment in dark)
    assert not any(idle.is_dark(at(moment)) for moment in light)


@pytest.mark.parametrize(
    ("idle", "moment", "expected"),
    [
        (Idle(), "12:00:30", None),
        (Idle(("Добро пожаловать",)), "12:00:30", None),
        (Idle(("{time}",)), "12:00:30", at("12:01")),
        (Idle(("{time}",)), "12:01", at("12:02")),
        (Idle(("{date}",)), "12:00:30", at("00:00") + timedelta(days=1)),
        (Idle(night=Night.of("23:00-07:00")), "12:00:30", at("23:00")),
        (Idle(night=Night.of("23:00-07:00")), "23:00", at("07:00") + timedelta(days=1)),
        (Idle(("{time}",), night=Night.of("23:00-07:00")), "22:59:30", at("23:00")),
        (Idle(("{time}",), night=Night.of("23:00-07:00")), "02:00", at("07:00")),
    ],
)
def test_next_change(idle: Idle, moment: str, expected: datetime | None) -> None:
    assert idle.next_change(at(moment)) == expected


def test_what_is_wanted() -> None:
    assert not Idle().is_wanted
    assert Idle(("text",)).is_wanted
    assert Idle(night=Night.of("23:00-07:00")).is_wanted


MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
IDLES = st.builds(
    Idle,
    rows=st.sampled_from([(), ("text",), ("{time}",), ("{date}",), ("{date} {time}",)]),
    night=st.none() | st.builds(Night, MINUTES, MINUTES).filter(lambda night: night.begins != night.ends),
)


@given(idle=IDLES, moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_nothing_changes_before_the_next_change(idle: Idle, moment: datetime) -> None:
    change = idle.next_change(moment)
    last = (change or moment + timedelta(days=3)) - timedelta(microseconds=1)
    assert moment <= last
    assert idle.is_dark(last) == idle.is_dark(moment)
    if not idle.is_dark(moment):
        assert idle.rows_at(last) == idle.rows_at(moment)
