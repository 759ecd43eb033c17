"""The handlers of recording.*: admin methods, each logged with who called it."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from bridge.pos import messages as m
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller

log = structlog.get_logger()

# Far below what may lie unsent to one client, with each character escaped.
PIECE_CHARACTERS = 100_000


class Finished(Protocol):
    """A recording that has ended, with nothing personal left in it."""

    @property
    def text(self) -> str: ...

    @property
    def entries(self) -> int: ...

    @property
    def is_full(self) -> bool: ...


class Recorder(Protocol):
    """What records: bridge.recording."""

    def start(self, for_s: float, client: int) -> None:
        """Overloaded: a recording is running."""

    async def stop(self) -> Finished: ...


class RecordingHandlers:
    """recording.start, recording.stop, recording.read"""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._text = ""

    def table(self) -> Mapping[str, Handler]:
        return {"recording.start": self._start, "recording.stop": self._stop, "recording.read": self._read}

    def _start(self, params: m.RecordingParams, caller: Caller) -> None:
        self._recorder.start(params.for_s, caller.connection)
        log.info("recording_started", for_s=params.for_s, uid=caller.uid, pid=caller.pid)

    async def _stop(self, _params: m.NoParams, caller: Caller) -> m.RecordingEnd:
        finished = await self._recorder.stop()
        self._text = finished.text
        log.info("recording_stopped", entries=finished.entries, uid=caller.uid, pid=caller.pid)
        return m.RecordingEnd(entries=finished.entries, characters=len(self._text), is_full=finished.is_full)

    def _read(self, params: m.RecordingPlace, _caller: Caller) -> m.RecordingPiece:
        if params.offset >= len(self._text):
            raise InvalidParams("`offset`: there is no recording that goes on there: call recording.stop first")
        end = params.offset + PIECE_CHARACTERS
        piece, is_last = self._text[params.offset : end], end >= len(self._text)
        if is_last:
            self._text = ""
        return m.RecordingPiece(text=piece, next=None if is_last else end)
