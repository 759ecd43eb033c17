"""A bounded recording of a running daemon: kept in memory as it passed, and given out with doubles only."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.config.model import Config
from bridge.domain.errors import Overloaded
from bridge.recording.entries import CLIENT, DEVICE, Entry
from bridge.recording.wire import Wire

Pictures = Callable[[], Mapping[str, Sequence[str]]]

MAX_BYTES = 8 << 20  # some hours of a till; a display whose rows run writes 100 bytes a second
ENTRY_BYTES = 100  # what one takes besides its data


@dataclass(frozen=True, slots=True)
class Finished:
    """A recording's file, and whether it ended because the memory for it was used up."""

    text: str
    entries: int
    is_full: bool


class Recorder:
    """One recording at a time."""

    def __init__(self, wire: Wire, config: Callable[[], Config], pictures: Pictures = dict) -> None:
        """config: gives the one that is in force; pictures: the rows that displays show now, by display."""
        self._pictures = pictures
        self._wire = wire
        self._config = config
        self._entries: list[Entry] = []
        self._bytes_left = 0
        self._began_s = 0.0
        self._ended_ms = 0
        self._own_client = ""
        self._timer: asyncio.TimerHandle | None = None

    def start(self, for_s: float, client: int) -> None:
        """Listen for so long, to all but the client that asked for it. Overloaded: a recording is running."""
        if self._wire.is_heard:
            raise Overloaded("a recording is running: one at a time")
        loop = asyncio.get_running_loop()
        self._entries, self._bytes_left = [], MAX_BYTES
        self._began_s, self._own_client = loop.time(), f"{CLIENT}/{client}"
        for place, what, data in self._wire.past():
            self._hear(place, what, data)
        for name, rows in self._pictures().items():
            self._hear(f"{DEVICE}/{name}", "shows", "\n".join(rows).encode())
        self._timer = loop.call_later(for_s, self._cease)
        self._wire.listen(self._hear)

    async def stop(self) -> Finished:
        """The recording so far, or up to its own end; what was heard is forgotten."""
        # What finds everything personal is a twentieth of the daemon, and a till is seldom recorded.
        from bridge.recording.filing import file_of  # noqa: PLC0415

        self._cease()
        entries, self._entries = self._entries, []
        text = await asyncio.to_thread(file_of, entries, self._ended_ms, self._config())
        return Finished(text, len(entries), self._bytes_left < 0)

    def _hear(self, place: str, what: str, data: bytes) -> None:
        if place == self._own_client:
            return
        self._bytes_left -= len(data) + ENTRY_BYTES
        if self._bytes_left < 0:
            self._cease()
            return
        self._entries.append(Entry(self._now_ms(), place, what, data))

    def _now_ms(self) -> int:
        return round((asyncio.get_running_loop().time() - self._began_s) * 1000)

    def _cease(self) -> None:
        if self._wire.is_heard:
            self._ended_ms = self._now_ms()
        self._wire.listen(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
