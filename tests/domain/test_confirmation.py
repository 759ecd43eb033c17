"""A confirmation code: never shown, compared as text, good for a time that no clock can spoil."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.confirmation import LONGEST, SHORTEST, SentCode

AT = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


def test_no_rendering_shows_the_code() -> None:
    assert "042" not in f"{SentCode('042')!r} {SentCode('042')}"


@pytest.mark.parametrize(
    ("told", "fits"), [("042", True), (" 04 2\n", True), ("42", False), ("", False), ("٠٤٢", False)]
)
def test_zeros_matter_and_spaces_do_not(told: str, fits: bool) -> None:
    assert SentCode("042").is_told(told) is fits


@pytest.mark.parametrize(
    ("ends_in", "life"),
    [
        (timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(days=-3), SHORTEST),  # the till's clock is days ahead
        (timedelta(days=3), LONGEST),
    ],
)
def test_a_clock_that_is_off_neither_kills_a_code_nor_keeps_it(ends_in: timedelta, life: timedelta) -> None:
    assert SentCode("042", expires_at=AT + ends_in).life(AT) == life
    assert SentCode("042").life(AT) == LONGEST
