from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.displays.layout import LONGEST_ROW, DisplaySettings
from devices.codecs.displays.marquee import Marquee
from devices.documents import Screen

SETTINGS = DisplaySettings(rows=2, columns=8)


def frames(*rows: str) -> list[tuple[str, ...]]:
    marquee = Marquee(Screen(rows), SETTINGS)
    return [tuple(row.decode("cp866") for row in marquee.frame(step)) for step in range(marquee.steps)]


def test_what_fits_stands_still() -> None:
    assert frames("01234567", "") == [("01234567", " " * 8)]


def test_spaces_after_a_text_are_no_reason_to_run() -> None:
    assert frames("text" + " " * 20) == [("text    ", " " * 8)]


def test_longer_row_runs_to_its_end_and_the_other_stands() -> None:
    assert frames("0123456789", "still") == [
        ("01234567", "still   "),
        ("12345678", "still   "),
        ("23456789", "still   "),
    ]


def test_two_long_rows_begin_together_and_the_shorter_waits_at_its_end() -> None:
    assert frames("0123456789", "abcdefghi") == [
        ("01234567", "abcdefgh"),
        ("12345678", "bcdefghi"),
        ("23456789", "bcdefghi"),
    ]


def test_rests_where_a_reader_begins_and_ends() -> None:
    marquee = Marquee(Screen(("0123456789A",)), SETTINGS)
    assert [marquee.rests_at(step) for step in range(marquee.steps)] == [True, False, False, True]


def test_replacement_comes_before_the_layout() -> None:
    assert frames("Цена 5 ₽", "") == [("Цена 5 р", " " * 8), ("ена 5 р.", " " * 8)]


def test_novel_is_cut() -> None:
    assert len(frames("x" * 100_000)) == LONGEST_ROW - 8 + 1


@given(
    rows=st.lists(st.text(max_size=30), max_size=4),
    size=st.tuples(st.integers(1, 4), st.integers(8, 40)),
    encoding=st.sampled_from(["cp866", "cp1251", "cp437", "cp1258"]),
)
def test_every_cell_of_every_step_is_filled(rows: list[str], size: tuple[int, int], encoding: str) -> None:
    settings = DisplaySettings(*size, encoding)
    marquee = Marquee(Screen.of(rows), settings)
    for step in range(marquee.steps):
        assert [len(row) for row in marquee.frame(step)] == [settings.columns] * settings.rows
