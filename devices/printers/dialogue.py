"""The talk with one printer over one open stream: what it says of itself, and whether a job came to its end.

A printer may be mute: the model, the cable or the kernel's driver carries no answers. That is None everywhere here,
and is never taken for "all is well".
"""

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable
from typing import NoReturn, TypeVar

from devices.codecs.escpos.status import (
    PAPER_QUERY,
    REAL_TIME_QUERIES,
    STATUS_BACK_ON,
    PaperReply,
    PrinterStatus,
    RealTimeReply,
    Said,
    StatusDecoder,
)
from devices.errors import DeviceError, DeviceLost, DeviceTimeout, JobIncomplete, JobInterrupted
from devices.printers.pace import STANDARD, Pace
from devices.transports.base import ByteStream

OnStatus = Callable[[PrinterStatus | None], None]
First = tuple[bytes, Callable[[], None]]
"""Bytes, and whom to tell that they went out."""

# A talk never has more than one question open; what comes above that is late or nobody's.
MAX_ANSWERS = 16

Answer = TypeVar("Answer", RealTimeReply, PaperReply)


class Patience:
    """How long this printer's answers are waited for. It outlives a connection: who once answered is only slow."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._has_answered = asyncio.Event()
        self._was_silent = False

    @property
    def reply_within_s(self) -> float:
        is_mute = self._was_silent and not self._has_answered.is_set()
        return self._pace.mute_reply_within_s if is_mute else self._pace.reply_within_s

    def answered(self) -> None:
        self._has_answered.set()

    def was_silent(self) -> None:
        self._was_silent = True

    async def until_answered(self) -> None:
        """Until it has answered once, be it late."""
        await self._has_answered.wait()


class Dialogue:
    """Asks only while no job is being sent: the caller lets one thing happen at a time.

    status: the newest that was heard, None while nothing was and when the last question had no answer.
    """

    def __init__(
        self,
        stream: ByteStream,
        on_status: OnStatus,
        pace: Pace = STANDARD,
        patience: Patience | None = None,
        first: First | None = None,
    ) -> None:
        """patience: what is known of the printer from before. first: goes out before anything else."""
        self.status: PrinterStatus | None = None
        self.tells_unasked = False
        self._stream = stream
        self._on_status = on_status
        self._pace = pace
        self._patience = patience or Patience(pace)
        self._first = first
        self._decoder = StatusDecoder()
        self._replies: deque[RealTimeReply] = deque(maxlen=MAX_ANSWERS)
        self._ends: deque[PaperReply] = deque(maxlen=MAX_ANSWERS)
        self._heard = asyncio.Event()
        self._learned = asyncio.Event()
        self._lost: DeviceLost | None = None
        self._may_hear_late = True
        self._noise_at = -math.inf
        self._has_told = False
        self._is_known = False
        self._answers_in_turn = False

    @property
    def unknown_bytes(self) -> int:
        return self._decoder.unknown_bytes

    async def listen(self) -> NoReturn:
        """For as long as the stream lives; nothing is heard without it."""
        while True:
            try:
                data = await self._stream.read()
            except DeviceLost as error:
                self._lost = error
                self._heard.set()
                raise
            self._hear_said(data)
            self._heard.set()

    def _hear_said(self, data: bytes) -> None:
        """In noise a byte may look like the word that a job came to its end; what comes with it is of it."""
        unknown, now = self.unknown_bytes, asyncio.get_running_loop().time()
        heard = self._decoder.feed(data)
        if self.unknown_bytes > unknown:
            self._noise_at = now
        is_noise = now - self._noise_at < self._pace.quiet_s
        for said in heard:
            if not (is_noise and isinstance(said, PaperReply)):
                self._take(said)

    def _take(self, said: Said) -> None:
        match said:
            case PrinterStatus():
                self.tells_unasked = True
                self._learn(said)
            case RealTimeReply():
                self._patience.answered()
                self._replies.append(said)
            case PaperReply():
                self._ends.append(said)
                self._is_known = self._is_known and self._answers_in_turn  # it does, only late: find out once more

    async def ask(self) -> PrinterStatus | None:
        """The printer's state now; None when it does not answer."""
        await self._begin()
        await self._until_quiet()
        replies = []
        for query in REAL_TIME_QUERIES:
            self._replies.clear()
            await self._stream.write(query)
            reply = await self._next(self._replies, self._patience.reply_within_s)
            if reply is None:
                self._patience.was_silent()
                self._may_hear_late = True
                return self._learn(None)
            replies.append(reply)
        return self._learn(PrinterStatus.of_replies(replies))

    async def get_to_know(self) -> PrinterStatus | None:
        """Ask, and find out whether it answers GS r and tells changes unasked: once, and when it was not well."""
        status = await self.ask()
        if status is not None and not status.trouble and not self._is_known:
            self._is_known = self._answers_in_turn = True
            await self._ask_in_turn(STATUS_BACK_ON)
            self._answers_in_turn = await self._next(self._ends, self._pace.turn_within_s) is not None
            self._may_hear_late = not self._answers_in_turn
        return self.status

    async def until_in_doubt(self) -> None:
        """Until asking is worth it: it does not tell its changes, or is not well (switched off and on again, it would
        not tell that it is). Of one that never answers: for ever."""
        await self._patience.until_answered()
        while self.status is not None and not self.status.trouble and self.tells_unasked:
            self._learned.clear()
            await self._learned.wait()

    async def until_told(self, within_s: float) -> None:
        """Until it tells a change, for so long at most."""
        self._learned.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._learned.wait()

    async def command(self, command: bytes) -> None:
        """Send what must not be obeyed later: when it does not go out at once, the stream is closed with it."""
        await self._begin()
        try:
            await self._stream.write(command)
            await self._stream.drain()
        except DeviceTimeout:
            await self._stream.aclose()
            raise

    async def write(self, job: bytes) -> None:
        """Send the job. JobIncomplete: some of it went out; the stream's own error: nothing."""
        await self._begin()
        before = self._stream.bytes_written
        while True:
            sent = self._stream.bytes_written - before
            try:
                await self._stream.write(job[sent:])
            except DeviceError as error:
                if self._waits_for_a_person(error):
                    continue
                sent = self._stream.bytes_written - before
                if not sent:
                    raise
                what = f"{error.what}; {sent} of {len(job)} bytes had gone out"
                kind = JobIncomplete if sent < len(job) else JobInterrupted
                raise kind(self._stream.name, what) from error
            return

    async def until_printed(self) -> None:
        """Until the printer, which answered before the job, says that it came to the job's end.

        JobIncomplete: it did not come to it. JobInterrupted: nobody can say.
        """
        try:
            await (self._end_in_turn() if self._answers_in_turn else self._end_by_asking())
        except JobInterrupted:
            raise
        except DeviceError as error:
            what = f"{error.what}; all bytes had gone out, and it did not say that it printed them"
            raise JobInterrupted(self._stream.name, what) from error

    async def _begin(self) -> None:
        if self._first:
            rest, went_out = self._first
            await self._stream.write(rest)
            self._first = None
            went_out()

    def _waits_for_a_person(self, error: DeviceError) -> bool:
        """Stopped in mid job, as it told unasked: with new paper it takes the rest."""
        return isinstance(error, DeviceTimeout) and self.status is not None and bool(self.status.trouble)

    async def _end_in_turn(self) -> None:
        """By GS r, which is answered after everything before it. While the printer is stopped, a person is at it; when
        all is well and it still does not answer, it has lost the job."""
        clock = asyncio.get_running_loop().time
        is_stopped, since = _is_stopped(self.status), clock()
        await self._ask_in_turn()
        while await self._next(self._ends, self._pace.look_again_s) is None:
            # What it told meanwhile, then what it answers. Some are silent while they are stopped, or their line holds
            # our question back.
            for said in (self.status, await self.ask()):
                was_stopped, is_stopped = is_stopped, _is_stopped(said)
                if is_stopped is None and was_stopped:
                    is_stopped = True
                if is_stopped is not was_stopped:
                    since = clock()
            if is_stopped is None and clock() - since >= self._pace.mute_for_s:
                raise JobInterrupted(self._stream.name, "it fell silent before it said that it printed the job")
            if is_stopped is False and clock() - since >= self._pace.printed_within_s:
                raise JobIncomplete(self._stream.name, "it is ready and did not come to the job's end")
        await self.ask()

    async def _end_by_asking(self) -> None:
        """By DLE EOT alone, which is answered while the job still stands in the buffer: look again when a receipt
        is through."""
        for pause_s in (0.0, self._pace.receipt_s):
            await asyncio.sleep(pause_s)
            status = await self.ask()
            if status is None:
                raise JobInterrupted(self._stream.name, "it fell silent behind the job")
            if status.trouble:
                raise JobIncomplete(self._stream.name, f"{status.trouble}: it stopped before the job's end")

    async def _ask_in_turn(self, first: bytes = b"") -> None:
        self._ends.clear()
        self._noise_at = -math.inf
        await self._stream.write(first + PAPER_QUERY)

    async def _next(self, answers: deque[Answer], within_s: float) -> Answer | None:
        try:
            async with asyncio.timeout(within_s):
                while not answers:
                    await self._hear()
        except TimeoutError:
            return None
        return answers.popleft()

    async def _hear(self) -> None:
        if self._lost is not None:
            raise DeviceLost(self._stream.name, self._lost.what)
        self._heard.clear()
        await self._heard.wait()

    async def _until_quiet(self) -> None:
        """An answer to a question of before would shift all that follow by one: let it come first."""
        if not self._may_hear_late:
            return
        self._may_hear_late = False
        try:
            async with asyncio.timeout(self._pace.reply_within_s):
                while True:
                    async with asyncio.timeout(self._pace.quiet_s) as quiet:
                        await self._hear()
        except TimeoutError:
            if not quiet.expired():
                self._may_hear_late = True

    def _learn(self, status: PrinterStatus | None) -> PrinterStatus | None:
        if status is None or status.trouble:
            self._is_known = False
        if status != self.status or not self._has_told:
            self._has_told = True
            self.status = status
            self._learned.set()
            self._on_status(status)
        return status


def _is_stopped(status: PrinterStatus | None) -> bool | None:
    """None: it does not say."""
    return None if status is None else bool(status.trouble)
