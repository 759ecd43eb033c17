"""What carries requests to a provider: replies of every kind and in every chunking, connections kept and let go."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ports import Tap
from bridge.providers import carrier as carrying
from bridge.providers.carrier import MAX_CONNECTIONS, MAX_IDLE_CONNECTIONS
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault
from bridge.providers.reply_reader import MAX_REPLY_BYTES
from bridge.providers.transport import Transport
from tests.devices.waiting import until

DEADLINE_S = 10.0
HEAD = b"HTTP/1.1 200 OK\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\nRetry-After: 7\r\n\r\nok"
REPLIES = {
    "with a length": WHOLE,
    "in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    "ended by the connection": HEAD + b"\r\nok",
    "after an early hint": b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + WHOLE,
    "and no more after it": HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
    "of an old server": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
}
FAULTS = {
    "nothing": b"",
    "half a head": HEAD,
    "half a body": HEAD + b"Content-Length: 9\r\n\r\nok",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nok",
    "no HTTP": b"220 mail.example.org ESMTP\r\n\r\n",
    "an endless head": HEAD + b"X: " + b"x" * (1 << 17),
    "an endless body": HEAD + b"\r\n" + b"x" * (MAX_REPLY_BYTES + 1),
}


class Peer:
    """A provider's server that says what it is told to say: pieces to each request, then perhaps goodbye.

    goodbye: what it says, and then is gone, to a request on a connection on which it has answered before.
    """

    def __init__(
        self, pieces: Sequence[bytes], *, hangs_up: bool = False, holds: bool = False, goodbye: bytes | None = None
    ) -> None:
        self.pieces = pieces
        self.hangs_up = hangs_up
        self.goodbye = goodbye
        self.heads: list[bytes] = []
        self.accepted = 0
        self.open = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.may_answer = asyncio.Event()
        if not holds:
            self.may_answer.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.open += 1
        self.writers.append(writer)
        try:
            while await self._exchange(reader, writer, self.pieces, hangs_up=self.hangs_up):
                if self.goodbye is not None:
                    await self._exchange(reader, writer, [self.goodbye], hangs_up=True)
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the till has hung up
        finally:
            self.open -= 1
            writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: Sequence[bytes], *, hangs_up: bool
    ) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        await reader.readexactly(int(length.partition(b":")[2]))
        await self.may_answer.wait()
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return not hangs_up


@asynccontextmanager
async def served(peer: Peer, path: str = "", **settings: bool) -> AsyncIterator[Transport]:
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = Transport(f"http://127.0.0.1:{port}{path}", {"X-Key": "secret"}, Tap(), **settings)
    try:
        async with asyncio.timeout(DEADLINE_S):
            yield transport
    finally:
        await transport.aclose()
        server.close()
        await until(lambda: not peer.open)


async def ask(transport: Transport, request: HttpRequest | None = None) -> HttpReply:
    return await transport.send(request or HttpRequest("/x", b"{}"), Progress())


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("size", [1, 7, 1 << 16])
async def test_a_reply_is_read_however_it_comes(reply: bytes, size: int) -> None:
    pieces = [reply[place : place + size] for place in range(0, len(reply), size)]
    peer = Peer(pieces, hangs_up=reply == REPLIES["ended by the connection"])
    async with served(peer) as transport:
        for _ in range(2):
            told = await ask(transport)
            assert (told.status, told.body) == (200, b"ok")
        assert peer.accepted == (1 if b"Retry-After" in reply or b"chunked" in reply else 2)


async def test_headers_of_a_reply_are_in_lower_case() -> None:
    async with served(Peer([WHOLE])) as transport:
        assert (await ask(transport)).headers["retry-after"] == "7"


async def test_a_packed_body_is_not_unpacked() -> None:
    """A mebibyte of it may hold a gibibyte."""
    packed = gzip.compress(b"0" * (2 * MAX_REPLY_BYTES))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    async with served(Peer([head + packed])) as transport:
        assert (await ask(transport)).body == packed


@pytest.mark.parametrize("said", FAULTS.values(), ids=FAULTS)
async def test_what_is_no_whole_reply_is_a_fault_that_quotes_nothing(said: bytes) -> None:
    async with served(Peer([said], hangs_up=True)) as transport:
        progress = Progress()
        with pytest.raises(TransportFault) as fault:
            await transport.send(HttpRequest("/x", b"{}"), progress)
        assert progress.sent
        assert "ESMTP" not in str(fault.value)


@given(st.lists(st.binary(max_size=30) | st.sampled_from([HEAD, b"\r\n", b"Content-Length: 2\r\n", b"0\r\n\r\n"])))
def test_whatever_a_peer_says_is_a_reply_or_a_fault(pieces: list[bytes]) -> None:
    async def exchange() -> None:
        async with served(Peer([piece for piece in pieces if piece], hangs_up=True)) as transport:
            with suppress(TransportFault):
                assert (await ask(transport)).status in range(200, 1000)

    asyncio.run(exchange())


async def test_a_request_as_the_peer_hears_it() -> None:
    """Headers of the request win, in whatever case; what a URL cannot hold is encoded, what is encoded stays so."""
    peer = Peer([WHOLE])
    async with served(peer, "/api/") as transport:
        await ask(transport, HttpRequest("/a%2Fb?q=ё&r=1", b"{}", "PUT", {"x-key": "other"}))
        await ask(transport, HttpRequest("/c", method="GET"))
    put, get = (head.decode("ascii").split("\r\n") for head in peer.heads)
    assert put[0] == "PUT /api/a%2Fb?q=%D1%91&r=1 HTTP/1.1"
    told = [line.lower() for line in put]
    assert [line for line in told if line.startswith("x-key")] == ["x-key: other"]
    assert {"accept-encoding: identity", "content-length: 2"} <= set(told)
    assert get[0] == "GET /api/c HTTP/1.1"
    assert not any(line.lower().startswith("content-length") for line in get)


async def test_a_header_that_http_cannot_carry_goes_nowhere() -> None:
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        progress = Progress()
        with pytest.raises(TransportFault, match="cannot carry"):
            await transport.send(HttpRequest("/x", headers={"X": "a\nb"}), progress)
        assert (progress.sent, peer.accepted) == (False, 0)


@pytest.mark.parametrize(("reads_all", "body"), [(False, b""), (True, b"no")])
async def test_other_statuses_are_read_where_they_matter(reads_all: bool, body: bytes) -> None:
    peer = Peer([b"HTTP/1.1 422 X\r\nContent-Length: 2\r\n\r\nno"])
    async with served(peer, reads_all=reads_all) as transport:
        assert [(await ask(transport)).body for _ in range(2)] == [body, body]
        assert peer.accepted == (1 if reads_all else 2)  # what was not read must not be taken for the next reply


async def test_a_peer_that_has_hung_up_is_not_asked_on_that_connection() -> None:
    peer = Peer([WHOLE], hangs_up=True)
    async with served(peer) as transport:
        assert [(await ask(transport)).body for _ in range(3)] == [b"ok"] * 3
        assert peer.accepted == 3


async def test_a_peer_that_speaks_unasked_is_left() -> None:
    peer = Peer([WHOLE, WHOLE])
    async with served(peer) as transport:
        for _ in range(2):
            assert (await ask(transport)).body == b"ok"
        assert peer.accepted == 2


LOOKUP, MOVE = HttpRequest("/x", b"{}", may_repeat=True), HttpRequest("/x", b"{}")


async def test_a_lookup_on_a_connection_that_was_given_up_is_written_on_a_new_one() -> None:
    peer = Peer([WHOLE], goodbye=b"")
    async with served(peer) as transport:
        assert [(await ask(transport, LOOKUP)).body for _ in range(2)] == [b"ok", b"ok"]
        assert (len(peer.heads), peer.accepted) == (3, 2)


@pytest.mark.parametrize(
    ("request_", "goodbye"), [(MOVE, b""), (LOOKUP, HEAD)], ids=["a move", "what was answered in part"]
)
async def test_nothing_else_is_written_twice(request_: HttpRequest, goodbye: bytes) -> None:
    peer = Peer([WHOLE], goodbye=goodbye)
    async with served(peer) as transport:
        await ask(transport)
        with pytest.raises(TransportFault):
            await ask(transport, request_)
        assert (len(peer.heads), peer.accepted) == (2, 1)


async def test_on_a_new_connection_there_is_one_try() -> None:
    peer = Peer([], hangs_up=True)
    async with served(peer) as transport:
        with pytest.raises(TransportFault):
            await ask(transport, LOOKUP)
        assert (len(peer.heads), peer.accepted) == (1, 1)


async def test_a_move_is_not_written_where_the_peer_may_have_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could say what became of it; a lookup has a second try."""
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        await ask(transport, LOOKUP)
        monkeypatch.setattr(carrying, "SURE_FOR_S", -1.0)
        await ask(transport, LOOKUP)
        assert peer.accepted == 1
        await ask(transport, MOVE)
        assert peer.accepted == 2


async def test_so_many_idle_ones_are_kept_and_the_newest() -> None:
    peer = Peer([WHOLE], holds=True)
    async with served(peer) as transport:
        asking = [asyncio.create_task(ask(transport)) for _ in range(MAX_IDLE_CONNECTIONS + 2)]
        await until(lambda: len(peer.heads) == len(asking))
        peer.may_answer.set()
        await asyncio.gather(*asking)
        await until(lambda: peer.open == MAX_IDLE_CONNECTIONS)
        await ask(transport)
        assert peer.accepted == len(asking)


async def test_words_that_nobody_has_asked_for_are_not_read_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """What followed them would be taken for the answer to the next request."""
    monkeypatch.setattr(carrying, "KEEPALIVE_S", 60.0)
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        await transport.warm_up()
        await until(lambda: bool(peer.writers))
        peer.writers[0].write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await until(lambda: not peer.open)


async def test_an_idle_connection_is_let_go_of_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "KEEPALIVE_S", 0.0)
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        await ask(transport)
        await until(lambda: not peer.open)
        await ask(transport)
        assert peer.accepted == 2


async def test_warming_up_leaves_a_connection_for_the_first_request() -> None:
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        await transport.warm_up()
        await ask(transport)
        assert peer.accepted == 1


@pytest.mark.parametrize("turns", range(6))
async def test_who_gives_up_while_it_connects_leaves_no_socket(turns: int) -> None:
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        warming = asyncio.create_task(transport.warm_up())
        for _ in range(turns):
            await asyncio.sleep(0)
        warming.cancel()
        await asyncio.wait({warming})


async def test_who_gives_up_closes_the_connection() -> None:
    """What still comes on it would be taken for the answer to another request."""
    peer = Peer([WHOLE], holds=True)
    async with served(peer) as transport:
        asking = asyncio.create_task(ask(transport))
        await until(lambda: bool(peer.heads))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        peer.may_answer.set()
        assert (await ask(transport)).body == b"ok"
        assert peer.accepted == 2


async def test_who_gives_up_just_as_the_reply_comes_leaves_no_socket() -> None:
    """A deadline may be over in the very turn of the loop that has brought the reply."""
    peer = Peer([WHOLE])
    async with served(peer) as transport:
        for turns in range(20):
            asking = asyncio.create_task(ask(transport))
            for _ in range(turns):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait({asking})


async def test_so_many_at_once_and_no_more() -> None:
    peer = Peer([WHOLE], holds=True)
    async with served(peer) as transport:
        asking = [asyncio.create_task(ask(transport)) for _ in range(MAX_CONNECTIONS + 4)]
        await until(lambda: len(peer.heads) >= MAX_CONNECTIONS)
        assert peer.open == MAX_CONNECTIONS
        peer.may_answer.set()
        assert {(await each).body for each in asking} == {b"ok"}
        await until(lambda: peer.open <= MAX_IDLE_CONNECTIONS)


async def test_closing_ends_what_is_under_way() -> None:
    peer = Peer([WHOLE], holds=True)
    async with served(peer) as transport:
        asking = asyncio.create_task(ask(transport))
        await until(lambda: bool(peer.heads))
        await transport.aclose()
        with pytest.raises(TransportFault, match="broke off"):
            await asking
        peer.may_answer.set()
