"""The file of a recording: what is written is read again, and no file ends in anything but values or one error."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.recording.entries import WHATS, Entry, Recording
from bridge.recording.text import RecordingError, escaped, read, unescaped, written

HEAD = b'pos-bridge-recording 1\ntill {"till": {"store": "1"}}\n'


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    at_ms, made = 0, []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(sorted(WHATS)))
        name = draw(st.from_regex(r"[A-Za-z0-9_.-]{1,32}", fullmatch=True))
        at_ms += draw(st.integers(0, 100_000))
        made.append(Entry(at_ms, f"{kind}/{name}", draw(st.sampled_from(WHATS[kind])), draw(st.binary(max_size=40))))
    return Recording({"till": {"store": draw(st.text(max_size=10))}}, tuple(made), at_ms + draw(st.integers(0, 9999)))


@given(st.binary(), st.sampled_from(["utf-8", "ascii"]))
def test_bytes_stay_what_they_are_and_on_one_line(data: bytes, encoding: str) -> None:
    text = escaped(data, encoding)
    assert unescaped(text) == data
    assert text.isprintable()
    assert not text.endswith(" ")


@given(recordings())
def test_what_is_written_is_read_again(recording: Recording) -> None:
    assert read(written(recording).encode()) == recording


def test_the_file_is_as_the_page_says() -> None:
    recording = Recording(
        {}, (Entry(13, "device/front", "read", b"460\xff\r"), Entry(2013, "client/1", "closed")), 9000
    )
    assert written(recording) == (
        "pos-bridge-recording 1\ntill {}\n0.013 device/front read 460\\xff\\r\n2.013 client/1 closed\nend 2 9.000\n"
    )


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: HEAD + tail))
@example(b"pos-bridge-recording 1\ntill " + b"[" * 20_000)
def test_hostile_bytes_end_in_one_error(data: bytes) -> None:
    with contextlib.suppress(RecordingError):  # and nothing else
        read(data)


@given(recordings(), st.data())
def test_a_damaged_file_is_read_as_it_was_or_refused(recording: Recording, data: st.DataObject) -> None:
    """Cut off anywhere; the last newline alone may be missing."""
    whole = written(recording).encode()
    cut = data.draw(st.integers(0, len(whole) - 2))
    with pytest.raises(RecordingError):
        read(whole[:cut])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "line 1: is no recording"),
        (b"PK\x03\x04", "line 1: is no recording"),
        (b"pos-bridge-recording 2\n", "line 1: has format '2'; this version reads 1"),
        (b"pos-bridge-recording 1\ntill 7\nend 0 9.000\n", "line 2: expected `till`"),
        (HEAD + b"0.001 device/front read \\q\nend 1 9.000\n", "line 3: no such escape"),
        (HEAD + b"0.001 device/front sang\nend 1 9.000\n", "line 3: device/sang is nothing"),
        (HEAD + b"front read\nend 1 9.000\n", "line 3: is no entry"),
        (HEAD + b"1.000 client/1 opened\n0.999 client/1 closed\nend 2 9.000\n", "line 4: is earlier"),
        (HEAD + b"1.000 client/1 opened\nend 2 9.000\n", "line 4: there are 1 entries before it"),
        (HEAD + b"1.000 client/1 opened\n", "line 3: the file is cut off"),
        (HEAD + b"9.001 client/1 opened\nend 1 9.000\n", "line 4: is earlier"),
        (HEAD + b"end 0\n", "line 3: is no end"),
        (HEAD + b"end 0 9.000\nend 0 9.000\n", "line 4: comes after the end"),
        (HEAD + b"0.001 device/front read \xff\nend 1 9.000\n", "line 3: is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(data: bytes, says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(data)
    assert str(caught.value).startswith(says)


def test_comments_and_empty_lines_say_nothing() -> None:
    assert read(b"# of the shop in Tver\n\n" + HEAD + b"# a scan\n\nend 0 9.000\n").entries == ()
