import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.keys import KeyScan
from devices.codecs.lines import Scan
from devices.codecs.magstripe import MAX_TRACKS, SwipeJoiner

ONE, TWO, THREE = b"%B29000018^X?", b";29000018=1?", b";7700?"


def scan(data: bytes) -> KeyScan:
    return KeyScan((Scan(data, terminator=b"\r"),), b"<" + data + b">")


def joined(*scans: bytes) -> list[bytes]:
    """The data of what comes out, silence after the last."""
    joiner = SwipeJoiner()
    return [done.data for data in scans for done in joiner.feed(scan(data))] + [done.data for done in joiner.flush()]


@pytest.mark.parametrize(
    ("scans", "expected"),
    [
        ([ONE, TWO, THREE], [ONE + TWO + THREE]),
        ([ONE, TWO], [ONE + TWO]),
        ([TWO], [TWO]),
        ([ONE + TWO, THREE], [ONE + TWO + THREE]),
        ([ONE, TWO, ONE, TWO], [ONE + TWO, ONE + TWO]),
        ([ONE, TWO, THREE, TWO], [ONE + TWO + THREE, TWO]),
        ([TWO, b"4601234567893"], [TWO, b"4601234567893"]),
        ([b"4601234567893", TWO], [b"4601234567893", TWO]),
        ([b"%unfinished", b"?", b"100%?x"], [b"%unfinished", b"?", b"100%?x"]),
    ],
)
def test_tracks_of_one_swipe_are_one_scan(scans: list[bytes], expected: list[bytes]) -> None:
    assert joined(*scans) == expected


def test_third_track_needs_no_silence() -> None:
    joiner = SwipeJoiner()
    assert joiner.feed(scan(ONE)) + joiner.feed(scan(TWO)) == []
    was_open = joiner.is_open
    (swipe,) = joiner.feed(scan(THREE))
    assert (was_open, joiner.is_open) == (True, False)
    assert swipe.wire == ONE + b"\r" + TWO + b"\r" + THREE + b"\r"
    assert swipe.keys == b"<" + ONE + b"><" + TWO + b"><" + THREE + b">"


def test_line_feed_that_comes_late_belongs_to_the_last_track() -> None:
    line_feed = KeyScan((Scan(b"", terminator=b"\n"),), b"<LF>")
    joiner = SwipeJoiner()
    assert joiner.feed(line_feed) == [line_feed]
    assert joiner.feed(scan(TWO)) + joiner.feed(line_feed) == []
    (swipe,) = joiner.flush()
    assert (swipe.wire, swipe.keys) == (TWO + b"\r\n", b"<" + TWO + b"><LF>")


@given(st.lists(st.sampled_from([ONE, TWO, THREE, ONE + TWO, b"46", b"?"]), max_size=12))
def test_nothing_is_lost_or_turned_round(scans: list[bytes]) -> None:
    out = joined(*scans)
    assert b"".join(out) == b"".join(scans)
    assert all(data.count(b"?") <= MAX_TRACKS for data in out)
    assert scans.count(b"46") == out.count(b"46")
