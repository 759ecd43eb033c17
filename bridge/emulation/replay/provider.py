"""A provider of a replayed till: a server on loopback that gives the recorded answers, and has the recorded faults."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from bridge.emulation.replay.sameness import same_json
from bridge.emulation.web.exchange import Answer, Request
from bridge.emulation.web.server import HttpServer
from bridge.recording.entries import PROVIDER, Entry
from bridge.recording.masking import split_head

REFUSED, BROKEN, GIVEN_UP = "refused", "broken", "given-up"


@dataclass(slots=True)
class Exchange:
    """One recorded exchange. failure: "" where it was answered; "unknown" where the recording ended before."""

    number: str
    method: str
    path: str
    body: bytes
    failure: str = "unknown"
    status: int = 0
    headers: str = "-"
    reply: bytes = b""
    is_used: bool = False
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answer(self) -> Answer:
        """Given once `may_end` is set."""
        if self.failure:
            is_broken = self.failure == BROKEN
            return Answer(hang_up="before", held=self.may_end) if is_broken else Answer(silent=True)
        headers = {} if self.headers == "-" else dict(parse_qsl(self.headers))
        return Answer(self.reply, self.status, headers, held=self.may_end)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the daemon asked in the replay, and the recorded exchange that it was answered by, if any fits."""

    request: Request
    exchange: Exchange | None


class ProviderPlayer:
    """asked: in the order of the replay; changed: set whenever that grows."""

    def __init__(self, name: str, entries: Sequence[Entry]) -> None:
        self.exchanges = _exchanges(name, entries)
        self.asked: list[Asked] = []
        self.changed = asyncio.Event()
        self._server: HttpServer | None = None
        self._port = 0

    async def start(self) -> str:
        """Its address. From now on it listens, unless the next exchange found nobody listening."""
        address = await self._listen()
        await self.adjust()
        return address

    async def aclose(self) -> None:
        if self._server:
            server, self._server = self._server, None
            await server.aclose()

    async def adjust(self) -> None:
        """Listen or don't, as the next exchange wants it."""
        following = next((exchange for exchange in self.exchanges if not exchange.is_used), None)
        if following is not None and following.failure == REFUSED:
            await self.aclose()
        elif self._server is None:
            await self._listen()

    async def end(self, number: str) -> None:
        """Now this exchange is answered, or fails."""
        for exchange in self.exchanges:
            if exchange.number == number:
                exchange.may_end.set()
                exchange.is_used |= exchange.failure == REFUSED
        await self.adjust()

    def finds_nobody(self, number: str) -> bool:
        """Whether nobody was listening then."""
        return any(each.number == number and each.failure == REFUSED for each in self.exchanges)

    def has_asked(self, number: str) -> bool:
        return any(asked.exchange is not None and asked.exchange.number == number for asked in self.asked)

    async def _listen(self) -> str:
        self._server = HttpServer(self._respond, self._port)
        address = await self._server.start()
        self._port = int(address.rpartition(":")[2])
        return address

    def _respond(self, request: Request) -> Answer:
        exchange = self._fitting(request)
        self.asked.append(Asked(request, exchange))
        self.changed.set()
        if exchange is None:
            return Answer(status=503)
        exchange.is_used = True
        return exchange.answer

    def _fitting(self, request: Request) -> Exchange | None:
        """The first that asked the same, else the first that asked for the same."""
        left = [each for each in self.exchanges if not each.is_used and each.failure != REFUSED]
        like = [each for each in left if (each.method, each.path) == (request.method, request.path)]
        return next((each for each in like if same_json(each.body, request.body)), next(iter(like), None))


def _exchanges(name: str, entries: Sequence[Entry]) -> list[Exchange]:
    found: dict[str, Exchange] = {}
    for entry in entries:
        if (entry.kind, entry.name) != (PROVIDER, name):
            continue
        head, body = split_head(entry)
        words = head.decode(errors="replace").split(" ") if head else entry.data.decode(errors="replace").split(" ")
        if entry.what == "asked" and len(words) >= 3:
            found[words[0]] = Exchange(words[0], words[1], words[2], body)
        elif exchange := found.get(words[0]):
            _finish(exchange, entry, words, body)
    return list(found.values())


def _finish(exchange: Exchange, entry: Entry, words: Sequence[str], body: bytes) -> None:
    if entry.what == "failed":
        exchange.failure = words[1] if len(words) > 1 else BROKEN
    elif len(words) >= 3 and words[1].isdecimal() and 200 <= int(words[1]) <= 599:
        exchange.failure, exchange.status = "", int(words[1])
        exchange.headers, exchange.reply = words[2], body
