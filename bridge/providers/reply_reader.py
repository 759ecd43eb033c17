"""One reply of HTTP/1.1, fed as it comes: llhttp, by httptools, says what the bytes mean. No I/O."""

from collections.abc import Callable

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

# The largest honest reply is a page of purchases, some tens of kilobytes; more is a broken or hostile peer.
MAX_REPLY_BYTES = 1 << 20
# Of a reply's head: as much as common servers let a request have.
MAX_HEAD_BYTES = 64 * 1024

_FRAMED_BY = {b"content-length", b"transfer-encoding"}


class BrokenReply(Exception):
    """What came is no whole reply. The text quotes nothing of it."""


class ReplyReader:
    """A new one for each reply, so that nothing of one can be taken for a part of the next.

    status, headers, body: the reply's, once it is done; names in the peer's own case. wants_body: whether that of a
    status is to be read; without it a reply is done at its head. may_go_on: it has ended where it said it would, and
    nothing but perhaps an empty line followed, so the connection can be asked again.
    """

    def __init__(self, wants_body: Callable[[int], bool]) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.is_done = False
        self.may_go_on = False
        self._wants_body = wants_body
        self._keeps_alive = False
        self._fed_bytes = 0
        self._parser = HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """The next bytes. Raises BrokenReply."""
        self._fed_bytes += len(data)
        if self._fed_bytes > MAX_REPLY_BYTES:
            raise BrokenReply(f"a reply of more than {MAX_REPLY_BYTES} bytes")
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self.may_go_on = False
            if not self.is_done:
                raise BrokenReply("a reply that is no HTTP") from None
        if not self.status and self._fed_bytes > MAX_HEAD_BYTES:
            raise BrokenReply(f"a reply whose head is more than {MAX_HEAD_BYTES} bytes")

    def end(self) -> None:
        """The peer has hung up: the end of a body that has no other. Raises BrokenReply."""
        if not self.status or any(name.lower() in _FRAMED_BY for name, _value in self.headers):
            raise BrokenReply("a reply that broke off")
        self.is_done = True

    # --- called by httptools ---------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.may_go_on = False  # of the reply itself, or of what was said after it

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # else a trailer, of which nobody makes use
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self.is_done:
            return
        if status < 200:  # a word in between: the reply's own head is still to come
            self.headers.clear()
        else:
            self.status = status
            self._keeps_alive = self._parser.should_keep_alive()
            self.is_done = not self._wants_body(status)

    def on_body(self, body: bytes) -> None:
        if not self.status:
            raise HttpParserError("a word in between has no body")
        if not self.is_done:
            self.body += body

    def on_message_complete(self) -> None:
        if self.status and not self.is_done:
            self.is_done, self.may_go_on = True, self._keeps_alive
