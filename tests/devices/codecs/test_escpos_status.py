"""Status bytes as Epson's tables have them, in any chunking and any mixture."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.escpos.status import PaperReply, PrinterStatus, RealTimeReply, Said, StatusDecoder

WELL = bytes.fromhex("12 12 12 12")


def decoded(chunks: Iterable[bytes]) -> tuple[list[Said], int]:
    decoder = StatusDecoder()
    return [said for chunk in chunks for said in decoder.feed(chunk)], decoder.unknown_bytes


def status_of(replies: bytes) -> PrinterStatus:
    return PrinterStatus.of_replies([RealTimeReply(bits) for bits in replies])


@pytest.mark.parametrize(
    ("replies", "status", "trouble"),
    [
        ("12 12 12 12", PrinterStatus(), ""),
        ("16 12 12 12", PrinterStatus(is_drawer_pin_high=True), ""),
        ("12 12 12 1e", PrinterStatus(is_paper_near_end=True), ""),
        ("1a 12 12 12", PrinterStatus(is_offline=True), "it is offline"),
        (
            "1a 32 12 7e",
            PrinterStatus(is_offline=True, is_paper_near_end=True, is_paper_out=True),
            "the paper is out",
        ),
        ("1a 16 12 12", PrinterStatus(is_offline=True, is_cover_open=True), "the cover is open"),
        ("1a 52 1a 12", PrinterStatus(is_offline=True, has_cutter_error=True), "the cutter is stuck"),
        (
            "1a 52 32 12",
            PrinterStatus(is_offline=True, has_unrecoverable_error=True),
            "it has a fault that only service can cure",
        ),
        (
            "1a 52 16 12",
            PrinterStatus(is_offline=True, has_recoverable_error=True),
            "it has a mechanical fault",
        ),
        ("1a 52 52 12", PrinterStatus(is_offline=True, is_overheated=True), "the print head is too hot"),
    ],
)
def test_the_four_replies(replies: str, status: PrinterStatus, trouble: str) -> None:
    found = status_of(bytes.fromhex(replies))
    assert (found, found.trouble) == (status, trouble)


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ("10 00 00 00", PrinterStatus()),
        ("14 00 00 0f", PrinterStatus(is_drawer_pin_high=True)),
        ("38 00 00 00", PrinterStatus(is_offline=True, is_cover_open=True)),
        ("18 00 0f 00", PrinterStatus(is_offline=True, is_paper_near_end=True, is_paper_out=True)),
        ("10 00 03 00", PrinterStatus(is_paper_near_end=True)),
        ("18 08 00 00", PrinterStatus(is_offline=True, has_cutter_error=True)),
        ("18 24 00 00", PrinterStatus(is_offline=True, has_recoverable_error=True, has_unrecoverable_error=True)),
        ("18 40 00 00", PrinterStatus(is_offline=True, is_overheated=True)),
    ],
)
def test_an_unasked_block(block: str, status: PrinterStatus) -> None:
    assert decoded([bytes.fromhex(block)]) == ([status], 0)


# What each bit of the tables says; the others say nothing that a till acts on. Some models set one of two equal bits.
REPLY_BITS: tuple[dict[int, str], ...] = (
    {0x04: "is_drawer_pin_high", 0x08: "is_offline"},
    {0x04: "is_cover_open", 0x20: "is_paper_out"},
    {0x04: "has_recoverable_error", 0x08: "has_cutter_error", 0x20: "has_unrecoverable_error", 0x40: "is_overheated"},
    {0x04: "is_paper_near_end", 0x08: "is_paper_near_end", 0x20: "is_paper_out", 0x40: "is_paper_out"},
)
BLOCK_BITS: tuple[dict[int, str], ...] = (
    {0x04: "is_drawer_pin_high", 0x08: "is_offline", 0x20: "is_cover_open"},
    {0x04: "has_recoverable_error", 0x08: "has_cutter_error", 0x20: "has_unrecoverable_error", 0x40: "is_overheated"},
    {0x01: "is_paper_near_end", 0x02: "is_paper_near_end", 0x04: "is_paper_out", 0x08: "is_paper_out"},
    {},
)


def only(place: int, bits: int, well: bytes) -> bytes:
    return bytes(byte | bits if at == place else byte for at, byte in enumerate(well))


@pytest.mark.parametrize("bits", [0x04, 0x08, 0x20, 0x40])
@pytest.mark.parametrize("place", range(4))
def test_each_bit_of_a_reply(place: int, bits: int) -> None:
    said = REPLY_BITS[place].get(bits)
    assert status_of(only(place, bits, WELL)) == PrinterStatus(**{said: True} if said else {})


@pytest.mark.parametrize("bits", [0x01, 0x02, 0x04, 0x08, 0x20, 0x40])
@pytest.mark.parametrize("place", range(4))
def test_each_bit_of_a_block(place: int, bits: int) -> None:
    """In the first byte the lowest two tell what it is."""
    if place == 0 and bits < 0x04:
        return
    said = BLOCK_BITS[place].get(bits)
    block = only(place, bits, bytes.fromhex("10 00 00 00"))
    assert decoded([block]) == ([PrinterStatus(**{said: True} if said else {})], 0)


def test_all_three_kinds_in_one_breath() -> None:
    said, unknown = decoded([bytes.fromhex("12 10 00 00 00 0c 1a")])
    assert said == [RealTimeReply(0x12), PrinterStatus(), PaperReply(0x0C), RealTimeReply(0x1A)]
    assert not unknown


def test_a_reply_and_flow_control_within_a_block_do_not_break_it() -> None:
    said, unknown = decoded([bytes.fromhex("18 13 00 7e 0c 11 00")])
    assert said == [RealTimeReply(0x7E), PrinterStatus(is_offline=True, is_paper_out=True)]
    assert not unknown


def test_a_block_that_breaks_off_is_counted_and_harms_nothing_after_it() -> None:
    said, unknown = decoded([bytes.fromhex("38 00 10 00 00 00")])
    assert (said, unknown) == ([PrinterStatus()], 2)
    said, unknown = decoded([bytes.fromhex("38 00 ff 12")])
    assert (said, unknown) == ([RealTimeReply(0x12)], 3)


@given(st.lists(st.sampled_from([b"\x12", b"\x1a", b"\x7e", b"\x10\0\0\0", b"\x38\0\x0f\0", b"\xff"]), max_size=12))
def test_any_chunking_says_the_same(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    assert decoded([whole]) == decoded(bytes((byte,)) for byte in whole)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_garbage_never_raises_and_every_byte_counts_once(data: bytes, cut: int) -> None:
    said, unknown = decoded([data[:cut], data[cut:]])
    assert decoded([data]) == (said, unknown)
    told = sum(4 if isinstance(each, PrinterStatus) else 1 for each in said)
    flow = sum(data.count(byte) for byte in (b"\x11", b"\x13"))
    assert len(data) - 3 <= told + unknown + flow <= len(data)
