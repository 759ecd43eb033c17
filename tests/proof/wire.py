"""The way to the provider, without a network: what becomes of each request is said beforehand."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum

from bridge.emulation.web.exchange import Answer, Request
from bridge.emulation.web.faults import Fault, FaultKind
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault
from tests.proof.books import Emulated

# Longer than any deadline of a till: whoever asked has given up by then.
LATE_S = 30.0
TOO_LONG_S = 3600.0
A_MOMENT_S = 0.01


class Fate(StrEnum):
    """In brackets: whether the request is applied to the books."""

    ANSWERED = "answered"  # [yes]
    NO_CONNECTION = "no connection"  # [no]
    LOST_REQUEST = "lost request"  # [no] the connection ends
    LOST_REPLY = "lost reply"  # [yes] the connection ends
    SILENT = "silent"  # [yes] and never a word
    LATE = "late"  # [yes] but only after the till has given up
    TOO_MANY = "too many"  # [no] 429
    GARBAGE = "garbage"  # [yes] an answer that nobody understands
    REFUSED = "refused"  # [no] a "no" for reasons of the provider's own
    WRONG_TYPES = "wrong types"  # [yes] the answer's numbers are texts, its texts numbers
    NEGATIVE = "negative"  # [yes] every number in it is below nothing
    ABSURD = "absurd"  # [yes] every number in it is beyond all sense
    TWICE = "twice"  # [yes] every entry of its lists is there twice, with other numbers
    OTHER_CARD = "other card"  # [yes] it is about somebody else


_PLANNED = {
    Fate.REFUSED: FaultKind.REFUSAL,
    Fate.WRONG_TYPES: FaultKind.WRONG_TYPES,
    Fate.NEGATIVE: FaultKind.NEGATIVE,
    Fate.ABSURD: FaultKind.ABSURD,
    Fate.TWICE: FaultKind.TWICE,
    Fate.OTHER_CARD: FaultKind.OTHER_CARD,
}


class Wire:
    """One way to one provider, for all tills. fates: of the next requests; afterwards all are answered, or none."""

    def __init__(self, emulator: Emulated) -> None:
        self.fates: deque[Fate] = deque()
        self.is_away = False
        self._emulator = emulator
        self._late: list[asyncio.TimerHandle] = []

    def fate(self) -> Fate:
        if self.is_away:
            return Fate.NO_CONNECTION
        return self.fates.popleft() if self.fates else Fate.ANSWERED

    def late(self, request: HttpRequest, headers: Mapping[str, str]) -> None:
        """It is applied once its till has given up."""
        self._late.append(asyncio.get_running_loop().call_later(LATE_S, self.applied, request, headers))

    def applied(self, request: HttpRequest, headers: Mapping[str, str], planned: FaultKind | None = None) -> Answer:
        if planned is FaultKind.REFUSAL:  # whoever has said no to an operation says no to a copy of it that comes later
            while self._late:
                self._late.pop().cancel()
        if planned:
            self._emulator.faults.add("*", Fault(planned))
        told = {name.lower(): value for name, value in {**headers, **request.headers}.items()}
        answer = self._emulator.respond(Request(request.path, request.body, request.method, told))
        self._emulator.faults.clear()
        return answer


class Line:
    """A till's transport: bridge.providers.transport.Transport without a network. Of a dead till nothing goes out."""

    def __init__(self, wire: Wire, headers: Mapping[str, str], is_dead: Callable[[], bool], *, reads_all: bool) -> None:
        self._wire = wire
        self._headers = headers
        self._is_dead = is_dead
        self._reads_all = reads_all

    async def warm_up(self) -> None:
        """There are no connections."""

    async def send(self, request: HttpRequest, progress: Progress) -> HttpReply:
        fate = self._wire.fate()
        await self._moment()
        if fate is Fate.NO_CONNECTION:
            raise TransportFault("no connection: as planned")
        progress.sent = True
        reply = self._met(fate, request)
        await self._moment()
        if isinstance(reply, HttpReply):
            return reply
        await asyncio.sleep(reply)
        raise TransportFault("the exchange broke off: as planned")

    def _met(self, fate: Fate, request: HttpRequest) -> HttpReply | float:
        """The reply, or for how long there is none."""
        match fate:
            case Fate.LOST_REQUEST:
                return 0.0
            case Fate.LATE:
                self._wire.late(request, self._headers)
                return TOO_LONG_S
            case Fate.TOO_MANY:
                return HttpReply(429, {}, b"")
        answer = self._wire.applied(request, self._headers, _PLANNED.get(fate))
        if fate is Fate.GARBAGE:
            return HttpReply(200, {}, b"<html>")
        if fate in {Fate.LOST_REPLY, Fate.SILENT}:
            return TOO_LONG_S if fate is Fate.SILENT else 0.0
        is_read = answer.status == 200 or self._reads_all
        return HttpReply(answer.status, answer.headers, answer.body if is_read else b"")

    async def _moment(self) -> None:
        await asyncio.sleep(A_MOMENT_S)
        if self._is_dead():
            await asyncio.sleep(TOO_LONG_S)

    async def aclose(self) -> None:
        pass
