"""Replies of HTTP/1.1 from bytes: what is one, what is none, and after which the connection can be asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.providers.reply_reader import BrokenReply, ReplyReader
from tests.providers.http_replies import FAULTS, HEAD, IN_CHUNKS, REPLIES, WHOLE, Told, assert_read_soundly, read

PIECES = [
    HEAD,
    WHOLE,
    IN_CHUNKS,
    b"HTTP/1.1 103 X\r\n\r\n",
    b"\r\n",
    b"Content-Length: 2\r\n",
    b"2\r\nok\r\n",
    b"0\r\n\r\n",
]


@pytest.mark.parametrize(("said", "told"), REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("size", [1, 3, 1 << 21])
def test_a_reply_is_read_however_it_comes(said: bytes, told: Told, size: int) -> None:
    assert read(said, size) == told


@pytest.mark.parametrize("said", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("size", [7, 1 << 21])
def test_what_is_no_whole_reply_is_a_fault_that_quotes_nothing(said: bytes, size: int) -> None:
    with pytest.raises(BrokenReply, match="a reply") as fault:
        read(said, size)
    assert "ESMTP" not in str(fault.value)


def test_headers_are_those_of_the_reply_alone() -> None:
    reader = ReplyReader(lambda _status: True)
    reader.feed(b"HTTP/1.1 103 X\r\nLink: <x>\r\n\r\n" + IN_CHUNKS + b"0\r\nRetry-After: 9\r\n\r\n")
    assert reader.headers == [(b"Transfer-Encoding", b"chunked")]


def test_what_is_said_after_a_reply_takes_nothing_from_it() -> None:
    reader = ReplyReader(lambda status: status == 200)
    reader.feed(b"HTTP/1.1 429 X\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\nHTTP/1.1 103 X\r\nLink: <x>\r\n\r\n")
    assert (reader.status, reader.headers[0], reader.may_go_on) == (429, (b"Retry-After", b"9"), False)


def test_a_reply_whose_body_nobody_wants_is_done_at_its_head_and_ends_the_connection() -> None:
    reader = ReplyReader(lambda status: status == 200)
    reader.feed(b"HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\nok")
    assert (reader.is_done, reader.status, bytes(reader.body), reader.may_go_on) == (True, 500, b"", False)


@given(st.lists(st.binary(max_size=8) | st.sampled_from(PIECES)).map(b"".join))
def test_whatever_is_said_is_the_same_in_every_chunking(said: bytes) -> None:
    assert_read_soundly(said)
