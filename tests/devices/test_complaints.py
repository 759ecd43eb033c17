"""docs/devices/complaints.md says what cannot happen here."""

import re

import pytest

from tests.claims import check_tests_named_in, rows_of

ROWS = rows_of("devices/complaints.md")
COMPLAINTS = 64


def test_every_complaint_has_its_row() -> None:
    assert len(ROWS) == COMPLAINTS
    for where, *told in ROWS:
        assert re.match(r"[\w.-]+/[\w.-]+#\d+", where), where
        assert all(told), where


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0].partition(",")[0]))
def test_a_test_says_so(row: list[str]) -> None:
    check_tests_named_in(row[3])
