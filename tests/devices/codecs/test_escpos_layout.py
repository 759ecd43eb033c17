import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.escpos.layout import left_and_right, wrap

words = st.text(st.sampled_from("ab  "), max_size=80)
widths = st.integers(1, 20)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("   ", [""]),
        ("ab cd", ["ab cd"]),
        ("ab   cd", ["ab   cd"]),
        ("  indented", ["  indented"]),
        ("ab cd ef gh ij", ["ab cd ef", "gh ij"]),
        ("0123456789 x", ["0123456789", "x"]),
        ("0123456789abc", ["0123456789", "abc"]),
        ("a 0123456789abc", ["a", "0123456789", "abc"]),
        ("    0123456789", ["    012345", "6789"]),
        ("ab         cd", ["ab", "cd"]),
    ],
)
def test_wrap(text: str, lines: list[str]) -> None:
    assert wrap(text, 10) == lines


@given(words, widths)
def test_wrap_loses_nothing_but_spaces(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(len(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("ab", min_size=1, max_size=10), max_size=12))
def test_wrap_breaks_no_word_that_fits(found: list[str]) -> None:
    lines = wrap(" ".join(found), 10)
    assert [word for line in lines for word in line.split()] == found


@pytest.mark.parametrize(
    ("left", "right", "lines"),
    [
        ("a", "1", ["a        1"]),
        ("abcdef", "123", ["abcdef 123"]),
        ("abcdefg", "123", ["abcdef", "g      123"]),
        ("ab cd ef", "123", ["ab cd", "ef     123"]),
        ("", "123", ["       123"]),
        ("abc", "", ["abc"]),
        ("abc", "12345", ["abc", "     12345"]),
        ("abc", "1234567890ab", ["abc", "1234567890", "        ab"]),
    ],
)
def test_left_and_right(left: str, right: str, lines: list[str]) -> None:
    assert [line.rstrip() for line in left_and_right(left, right, 10)] == lines


@given(words, st.text(st.sampled_from("12."), max_size=30), widths)
def test_left_and_right_lose_nothing(left: str, right: str, columns: int) -> None:
    lines = left_and_right(left, right, columns)
    assert all(len(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == (left + right).replace(" ", "")
