from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.hid_pos import HidPosDecoder, HidScan
from devices.codecs.lines import SCAN_CAP_BYTES
from devices.emulation.hidraw import reports_of

HONEYWELL = 0x0C2E
EAN = bytes.fromhex("02 0d 5d 45 30") + b"4601234567893".ljust(56, b"\0") + b"d\0\0"


def scans_of(reports: Iterable[bytes], decoder: HidPosDecoder) -> list[HidScan]:
    return [scan for report in reports if (scan := decoder.feed(report))]


def test_a_report_byte_for_byte() -> None:
    assert len(EAN) == 64
    assert HidPosDecoder().feed(EAN) == HidScan(b"4601234567893", b"", "EAN-13")


def test_the_other_layout() -> None:
    report = bytes.fromhex("02 0d 00 5d 45 30") + b"4601234567893".ljust(58, b"\0")
    assert HidPosDecoder().feed(report) == HidScan(b"4601234567893", b"", "EAN-13")


@pytest.mark.parametrize("at", [2, 3])
@pytest.mark.parametrize("length", [1, 55, 56, 57, 112, 2953])
def test_long_codes_are_joined(at: int, length: int) -> None:
    data = bytes(32 + place % 90 for place in range(length))
    decoder = HidPosDecoder()
    assert [scan.data for scan in scans_of(reports_of(data, b"]Q1", identifier_at=at), decoder)] == [data]
    assert decoder.bad_reports == 0


@pytest.mark.parametrize(
    ("sent", "data", "terminator"),
    [
        (b"29\r", b"29", b"\r"),
        (b"29\r\n", b"29", b"\r\n"),
        (b"29\n", b"29", b"\n"),
        (b"29\t", b"29", b"\t"),
        (b"29\r\r", b"29\r", b"\r"),
        (b"2\r9", b"2\r9", b""),
        (b"29\x1d", b"29\x1d", b""),
    ],
)
def test_a_suffix_that_was_programmed_is_no_data(sent: bytes, data: bytes, terminator: bytes) -> None:
    assert scans_of(reports_of(sent), HidPosDecoder()) == [HidScan(data, terminator, "EAN-13")]


def test_nothing_but_a_carriage_return_is_no_scan() -> None:
    assert scans_of(reports_of(b"\r"), HidPosDecoder()) == []
    assert scans_of(reports_of(b""), HidPosDecoder()) == []


@pytest.mark.parametrize(
    ("vendor", "identifier", "makers", "symbology"),
    [
        (HONEYWELL, b"]E0", "d", "EAN-13"),
        (HONEYWELL, b"]E0", "c", "UPC-A"),
        (HONEYWELL, b"]E0", "E", "UPC-E"),
        (HONEYWELL, b"]X0", "j", "Code 128"),
        (HONEYWELL, b"]d2", "w", "GS1 DataMatrix"),
        (HONEYWELL, b"]E0", "?", "EAN-13"),
        (HONEYWELL, b"]X0", "?", None),
        (0x05E0, b"]E0", "c", "EAN-13"),
    ],
)
def test_makers_symbology_tells_apart_what_the_identifier_does_not(
    vendor: int, identifier: bytes, makers: str, symbology: str | None
) -> None:
    (scan,) = scans_of(reports_of(b"4601234567893", identifier, ord(makers)), HidPosDecoder(vendor))
    assert scan.symbology == symbology


@pytest.mark.parametrize(
    "report",
    [b"", b"\x02", EAN[:63], EAN + b"\0", b"\x01" + EAN[1:], b"\x02\x39" + EAN[2:], EAN[:2] + b"\0" + EAN[3:]],
)
def test_bad_reports_are_counted_and_harm_nothing_after(report: bytes) -> None:
    decoder = HidPosDecoder()
    assert decoder.feed(report) is None
    assert decoder.bad_reports == 1
    assert decoder.feed(EAN) is not None


def test_a_scan_with_a_bad_part_is_dropped_whole() -> None:
    first, second, third = reports_of(bytes(32 + place % 90 for place in range(150)), b"]Q1")
    decoder = HidPosDecoder()
    assert scans_of([first, second[:2] + b"\0\0" + second[4:], third, EAN], decoder) == [
        HidScan(b"4601234567893", b"", "EAN-13")
    ]
    assert decoder.bad_reports == 1


def test_a_report_of_another_kind_between_two_parts_is_passed_over() -> None:
    first, second = reports_of(b"x" * 100, b"]Q1")
    assert [scan.data for scan in scans_of([first, b"\x05\x01", second], HidPosDecoder())] == [b"x" * 100]


def test_a_part_that_never_came() -> None:
    first, _ = reports_of(b"x" * 100)
    decoder = HidPosDecoder()
    decoder.feed(first)
    had_partial = decoder.has_partial, decoder.awaits_more
    decoder.flush()
    assert (had_partial, decoder.has_partial, decoder.awaits_more) == ((True, True), False, False)
    assert decoder.bad_reports == 0
    assert decoder.feed(EAN) is not None


def test_too_long_a_scan_is_dropped_and_counted_once() -> None:
    decoder = HidPosDecoder()
    assert scans_of(reports_of(b"7" * SCAN_CAP_BYTES * 3), decoder) == []
    assert decoder.overruns == 1
    assert decoder.feed(EAN) is not None


@given(st.lists(st.one_of(st.binary(max_size=70), st.binary(min_size=62, max_size=62).map(lambda b: b"\x02\x20" + b))))
def test_no_reports_break_it_and_a_clean_scan_follows(reports: list[bytes]) -> None:
    decoder = HidPosDecoder()
    scans_of(reports, decoder)
    decoder.flush()
    scan = decoder.feed(EAN)
    assert scan is not None
    assert scan.data == b"4601234567893"
