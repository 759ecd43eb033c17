"""docs/security.md says what stands against each threat."""

import pytest

from tests.claims import check_tests_named_in, rows_of


@pytest.mark.parametrize("row", rows_of("security.md"), ids=lambda row: str(row[0]))
def test_a_defence_has_its_test(row: list[str]) -> None:
    assert len(row) == 3
    assert all(row)
    check_tests_named_in(row[2])
