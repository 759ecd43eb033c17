"""Lines out of bytes, however they are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.pos.framing import MAX_FRAME_BYTES, FrameDecoder, FrameTooLong


def test_lines_lose_their_ends_and_empty_ones_vanish() -> None:
    assert FrameDecoder().feed(b'{"a":1}\n\r\n\n{"b":2}\r\nrest') == [b'{"a":1}', b'{"b":2}']


def test_a_line_may_come_in_pieces() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(b"ab") == []
    assert decoder.feed(b"c") == []
    assert decoder.feed(b"d\r") == []
    assert decoder.feed(b"\nef\n") == [b"abcd", b"ef"]


@given(
    lines=st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line)),
    cuts=st.lists(st.integers(0, 400)),
)
def test_any_chunking_gives_the_same_frames(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    decoder = FrameDecoder()
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    frames = [frame for begin, end in pairwise(edges) for frame in decoder.feed(stream[begin:end])]
    assert frames == [frame for line in lines if (frame := line.removesuffix(b"\r"))]


def test_the_longest_line_passes() -> None:
    decoder = FrameDecoder()
    line = b"x" * MAX_FRAME_BYTES
    assert decoder.feed(line) == []
    assert decoder.feed(b"\n") == [line]


@pytest.mark.parametrize("chunk", [1 << 10, 1 << 16, 1 << 22])
@pytest.mark.parametrize("end", [b"", b"\nmore\n"])
def test_a_longer_one_is_refused_behind_the_whole_ones(chunk: int, end: bytes) -> None:
    stream = b"first\nsecond\n" + b"x" * (MAX_FRAME_BYTES + 1) + end
    decoder = FrameDecoder()
    frames: list[bytes] = []
    with pytest.raises(FrameTooLong) as caught:  # noqa: PT012 - which of the feeds raises depends on the chunk
        for begin in range(0, len(stream), chunk):
            frames += decoder.feed(stream[begin : begin + chunk])
    assert frames + caught.value.frames == [b"first", b"second"]


def test_each_byte_is_looked_at_once() -> None:
    """A million one-byte feeds: quadratic work would take hours, not one test's time limit."""
    decoder = FrameDecoder()
    for _ in range(MAX_FRAME_BYTES):
        decoder.feed(b"x")
    assert len(decoder.feed(b"\n")[0]) == MAX_FRAME_BYTES
