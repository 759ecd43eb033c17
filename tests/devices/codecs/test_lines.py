from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.lines import ALL_TERMINATORS, SCAN_CAP_BYTES, LineBuffer, Scan, Terminator

CARD = b"2900000000018"


def scans_of(chunks: Sequence[bytes], lines: LineBuffer) -> list[bytes]:
    return [scan.data for chunk in chunks for scan in lines.feed(chunk) if scan.data]


def wire_of(chunks: Sequence[bytes], lines: LineBuffer) -> bytes:
    """The bytes of all scans with their framing, as they are handed on."""
    return b"".join(scan.wire for chunk in chunks for scan in lines.feed(chunk))


@pytest.mark.parametrize(
    ("data", "scans"),
    [
        (b"1\r2\n3\r\n4\t5\x036\r", [b"1", b"2", b"3", b"4", b"5", b"6"]),
        (b"\x02" + CARD + b"\x03", [CARD]),
        (b"\x02" + CARD + b"\x03\r\n", [CARD]),
        (b"\r\n\r\n\t\x03\x02\r", []),
        (b"010460\x1d93abc\r", [b"010460\x1d93abc"]),
        (b"12\x0234\r", [b"12\x0234"]),
        (b"unfinished", []),
    ],
)
def test_scans(data: bytes, scans: list[bytes]) -> None:
    assert scans_of([data], LineBuffer()) == scans


@pytest.mark.parametrize(
    ("terminators", "data", "scans"),
    [
        (["cr"], b"1\r\n2\n3\r", [b"1", b"2\n3"]),
        (["lf"], b"1\r\n2\n", [b"1\r", b"2"]),
        (["crlf"], b"1\r2\n3\r\n4\r\r\n", [b"1\r2\n3", b"4\r"]),
        (["crlf", "lf"], b"1\r\n2\n", [b"1", b"2"]),
        (["tab"], b"1\r\n\t2\x03\t", [b"1\r\n", b"2\x03"]),
        (["etx"], b"1\r\n\x03", [b"1\r\n"]),
        ([], b"1\r\n\t\x03", []),
    ],
)
def test_only_the_configured_terminators_end_a_scan(terminators: list[str], data: bytes, scans: list[bytes]) -> None:
    assert scans_of([data], LineBuffer(terminators)) == scans
    assert scans_of([data[i : i + 1] for i in range(len(data))], LineBuffer(terminators)) == scans


def test_line_feed_after_carriage_return_is_swallowed_across_chunks() -> None:
    lines = LineBuffer()
    assert scans_of([b"1\r", b"", b"\n2", b"\r", b"\n", b"\n3\n"], lines) == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    "data",
    [b"1\r2\r\n3\t", b"\x021\x03", b"\x021\x03\r\n\x022\x03\r\n", b"1\r\r2\r", b"]d201\x1d93abc\r\n"],
)
def test_the_framing_of_scans_that_are_kept_is_kept(data: bytes) -> None:
    assert wire_of([data], LineBuffer()) == data
    assert wire_of([data[i : i + 1] for i in range(len(data))], LineBuffer()) == data


def test_framing_of_a_dropped_scan_is_dropped() -> None:
    lines = LineBuffer(cap_bytes=4)
    assert wire_of([b"12345\r", b"\n", b"1\r", b"\n"], lines) == b"1\r\n"


def test_framing_alone_is_given_out_and_is_no_scan() -> None:
    lines = LineBuffer()
    assert lines.feed(b"\r\n") == [Scan(b"", terminator=b"\r\n")]
    lines.feed(b"29")
    assert lines.flush() == Scan(b"29")
    assert lines.feed(b"\r") == [Scan(b"", terminator=b"\r")]
    assert lines.feed(b"\n46\r") == [Scan(b"", terminator=b"\n"), Scan(b"46", terminator=b"\r")]


def test_silence_ends_a_scan() -> None:
    lines = LineBuffer()
    lines.feed(b"\x02" + CARD)
    assert lines.flush() == Scan(CARD, prefix=b"\x02")
    assert lines.flush() is None


@pytest.mark.parametrize(("data", "is_partial"), [(b"", False), (b"29", True), (b"29\r", False), (b"\x02", True)])
def test_whether_a_scan_has_begun(data: bytes, is_partial: bool) -> None:
    lines = LineBuffer()
    lines.feed(data)
    assert lines.has_partial is is_partial


def test_scan_of_exactly_the_cap_is_kept() -> None:
    lines = LineBuffer()
    assert scans_of([b"7" * SCAN_CAP_BYTES + b"\r"], lines) == [b"7" * SCAN_CAP_BYTES]
    assert lines.overruns == 0


def test_ten_megabytes_without_terminator_are_one_overrun() -> None:
    lines = LineBuffer()
    for _ in range(2500):
        assert lines.feed(b"7" * 4096) == []
        assert len(lines._pending) <= SCAN_CAP_BYTES
    assert lines.is_dropping
    assert scans_of([b"tail\r" + CARD + b"\r"], lines) == [CARD]
    assert lines.overruns == 1


def test_silence_ends_the_dropping() -> None:
    lines = LineBuffer(cap_bytes=4)
    lines.feed(b"12345")
    assert lines.flush() is None
    assert scans_of([CARD[:4] + b"\r"], lines) == [CARD[:4]]
    assert lines.overruns == 1


ALPHABET = st.sampled_from([b"\r", b"\n", b"\t", b"\x02", b"\x03", b"\x1d", b"1", b"7" * 5, b"7" * 6, b"\xff"])


@given(
    st.lists(ALPHABET, max_size=30).map(b"".join),
    st.sets(st.sampled_from(sorted(ALL_TERMINATORS))),
    st.lists(st.integers(min_value=1, max_value=7), min_size=1),
)
def test_any_chunking_gives_the_same_scans(data: bytes, terminators: set[Terminator], sizes: list[int]) -> None:
    whole = LineBuffer(terminators, cap_bytes=8)
    expected = whole.feed(data)
    wire = b"".join(scan.wire for scan in expected)
    chunks: list[bytes] = []
    at = 0
    while at < len(data):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[at : at + size])
        at += size
    chunked = LineBuffer(terminators, cap_bytes=8)
    assert scans_of(chunks, chunked) == [scan.data for scan in expected if scan.data]
    assert wire_of(chunks, LineBuffer(terminators, cap_bytes=8)) == wire
    assert chunked.overruns == whole.overruns
    assert chunked.flush() == whole.flush()


@given(st.binary(max_size=200))
def test_no_scan_holds_a_terminator(data: bytes) -> None:
    for scan in LineBuffer().feed(data):
        assert scan.wire
        assert not set(scan.data) & set(b"\r\n\t\x03")
