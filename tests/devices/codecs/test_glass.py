import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.glass import UNKNOWN_CAP, Glass

BLANK = " " * 20


def test_characters_run_into_the_next_row_and_around() -> None:
    glass = Glass()
    glass.feed(b"a" * 20 + b"b" * 20 + b"c")
    assert glass.rows == ("c" + "a" * 19, "b" * 20)


def test_epson_cursor() -> None:
    glass = Glass()
    glass.feed(b"first\x1f$\x03\x02second\x0bF")
    assert glass.rows == ("First".ljust(20), "  second".ljust(20))


def test_cancel_clears_the_row_of_the_cursor() -> None:
    glass = Glass()
    glass.feed(b"first\x1f$\x01\x02second\x18")
    assert glass.rows == ("first".ljust(20), BLANK)


def test_string_mode_obeys_nothing_but_its_own_clear_and_cancel() -> None:
    glass = Glass()
    glass.feed(b"\x1bQA" + b"a" * 20 + b"\r")
    glass.feed(b"x\x1b@\x0b\x1bt\x11")
    assert glass.rows == ("a" * 20, BLANK)
    assert list(glass.unknown) == [b"x", b"\x1b@", b"\x0b", b"\x1bt\x11"]
    glass.feed(b"\x0cx")
    assert glass.rows == ("x".ljust(20), BLANK)


@pytest.mark.parametrize(
    "data",
    [b"\r", b"\n", b"\x07", b"\x1b\x3d", b"\x1f\x50", b"\x1f$\x15\x01", b"\x1f$\x01\x03", b"\x1bQAshort\r", b"\x1bQC"],
)
def test_what_it_does_not_know_is_kept(data: bytes) -> None:
    glass = Glass()
    glass.feed(data)
    assert list(glass.unknown) == [data[:2] if data == b"\x1bQC" else data]


def test_string_that_never_ends() -> None:
    glass, chunked = Glass(), Glass()
    data = b"\x1bQA" + b"a" * 60
    glass.feed(data)
    for byte in data:
        chunked.feed(bytes((byte,)))
    assert list(glass.unknown) == list(chunked.unknown) == [data[:44]]
    assert glass.rows == chunked.rows == ("a" * 19 + " ", BLANK)


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_any_chunking_of_any_bytes_shows_the_same(chunks: list[bytes]) -> None:
    chunked, whole = Glass(), Glass()
    for chunk in chunks:
        chunked.feed(chunk)
    whole.feed(b"".join(chunks))
    assert chunked.rows == whole.rows
    assert chunked.unknown == whole.unknown


def test_unknown_is_capped() -> None:
    glass = Glass()
    glass.feed(b"\x07" * (UNKNOWN_CAP + 1))
    assert len(glass.unknown) == UNKNOWN_CAP
