"""Replies of HTTP/1.1 as bytes, with what is to be read of them, for the tests of the reader and for its fuzzer."""

from contextlib import suppress

import h11

from bridge.providers.reply_reader import MAX_HEAD_BYTES, MAX_REPLY_BYTES, BrokenReply, ReplyReader

HEAD = b"HTTP/1.1 200 OK\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\nok"
IN_CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

# What was read: status, body, and whether the connection can be asked again.
Told = tuple[int, bytes, bool]

REPLIES: dict[str, tuple[bytes, Told]] = {
    "with a length": (WHOLE, (200, b"ok", True)),
    "in chunks": (IN_CHUNKS + b"1\r\no\r\n1;a=b\r\nk\r\n0\r\nX-Sum: 7\r\n\r\n", (200, b"ok", True)),
    "without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", True)),
    "whose length is of another": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", (304, b"", True)),
    "after words in between": (
        b"HTTP/1.1 103 X\r\nLink: <x>\r\n\r\nHTTP/1.1 100 X\r\n\r\n" + WHOLE,
        (200, b"ok", True),
    ),
    "that says goodbye": (HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok", (200, b"ok", False)),
    "of an old server": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", (200, b"ok", False)),
    "ended by the connection": (HEAD + b"\r\nok", (200, b"ok", False)),
    "and another": (WHOLE + WHOLE, (200, b"ok", False)),
    "and rubbish": (WHOLE + b"?", (200, b"ok", False)),
    "and the beginning of another": (WHOLE + b"HTTP/1.1 2", (200, b"ok", False)),
}
FAULTS = {
    "nothing": b"",
    "half a head": HEAD,
    "half a body": HEAD + b"Content-Length: 9\r\n\r\nok",
    "half a chunk": IN_CHUNKS + b"9\r\nok",
    "no last chunk": IN_CHUNKS + b"2\r\nok\r\n",
    "no HTTP": b"220 mail.example.org ESMTP\r\n\r\n",
    "a word in between and no more": b"HTTP/1.1 103 Early Hints\r\n\r\n",
    "a word in between with a body": b"HTTP/1.1 100 X\r\nContent-Length: 2\r\n\r\nok" + WHOLE,
    "another protocol from here on": b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" + WHOLE,
    "a status that there is not": b"HTTP/1.1 007 X\r\n\r\n" + WHOLE,
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "a length and chunks": IN_CHUNKS[:-2] + b"Content-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "a length below nothing": HEAD + b"Content-Length: -2\r\n\r\nok",
    "a length beyond numbers": HEAD + b"Content-Length: 99999999999999999999\r\n\r\nok",
    "a coding that nobody knows": HEAD + b"Transfer-Encoding: gzip\r\n\r\nok",
    "chunks within a coding": HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "a header within a header": HEAD + b"X: a\x00b\r\nContent-Length: 2\r\n\r\nok",
    "an endless head": HEAD + b"X: " + b"x" * MAX_HEAD_BYTES,
    "words in between without end": b"HTTP/1.1 100 X\r\n\r\n" * (MAX_HEAD_BYTES // 18 + 1),
    "an endless body": HEAD + b"\r\n" + b"x" * MAX_REPLY_BYTES,
    "endless trailers": IN_CHUNKS + b"0\r\n" + b"X: 1\r\n" * (MAX_REPLY_BYTES // 6),
}


def read(said: bytes, size: int) -> Told:
    """The reply in pieces of this size. A connection on which a reply has ended is not read any more."""
    reader = ReplyReader(lambda _status: True)
    for place in range(0, len(said), size):
        if reader.is_done:
            return reader.status, bytes(reader.body), False
        reader.feed(said[place : place + size])
    if not reader.is_done:
        reader.end()
    return reader.status, bytes(reader.body), reader.may_go_on


def assert_read_soundly(said: bytes) -> None:
    """The same reply or fault in every chunking; where h11 finds a whole reply too, it is the same."""
    whole, by_bytes = _told_of(said, len(said) + 1), _told_of(said, 1)
    assert (whole is None) == (by_bytes is None)
    if whole and by_bytes:
        assert whole[:2] == by_bytes[:2]
    with suppress(h11.RemoteProtocolError):
        theirs = _by_h11(said)
        assert not whole or not theirs or whole[:2] == theirs


def _told_of(said: bytes, size: int) -> Told | None:
    try:
        return read(said, size)
    except BrokenReply:
        return None


def _by_h11(said: bytes) -> tuple[int, bytes] | None:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    client.send(h11.EndOfMessage())
    client.receive_data(said)
    status, body = 0, b""
    while True:
        match client.next_event():
            case h11.Response(status_code=told):
                status = told
            case h11.Data(data=data):
                body += data
            case h11.EndOfMessage():
                return status, body
            case h11.InformationalResponse():
                pass
            case _:
                return None
