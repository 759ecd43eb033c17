"""The thread that owns the store: the event loop never waits on a disk.

Whatever waits when the thread comes round is served together: all saves in one commit, then the reads, which so see
every save that was asked for before them. The queue needs no cap: each caller waits for its own answer.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from bridge.domain.errors import JournalFailed
from bridge.journal.records import Row
from bridge.journal.store import Store
from bridge.ports import JournalRescue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Save:
    rows: Sequence[Row]
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Read:
    query: Callable[[sqlite3.Connection], Any]
    done: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Answer:
    done: asyncio.Future[Any]
    result: Any = None
    failure: JournalFailed | None = None


_Request = _Save | _Read


class Writer:
    """Start it once, in a running loop; `stop` serves what was asked before and closes the store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Request | None] = SimpleQueue()
        self._taken: list[_Request | None] = []
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._ended = asyncio.Event()
        self._store: Store | None = None
        self.rescues: asyncio.Queue[JournalRescue] = asyncio.Queue()
        # daemon: a loop that died without `stop` must not hold up the end of the process; SQLite survives that.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    async def start(self) -> None:
        """Returns when the store is open. Raises JournalFailed and its kin."""
        self._thread.start()
        await self._opened

    async def save(self, rows: Sequence[Row]) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        self._ask(_Save(rows, done))
        await done

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        done: asyncio.Future[T] = self._loop.create_future()
        self._ask(_Read(query, done))
        return await done

    @property
    def is_short(self) -> bool:
        return self._store is not None and self._store.is_short

    def stop(self) -> None:
        self._queue.put(None)

    async def wait_stopped(self) -> None:
        await self._ended.wait()
        self._thread.join()

    def _ask(self, request: _Request) -> None:
        if self._ended.is_set():
            raise self._closed()
        self._queue.put(request)

    # --- below here: the thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._open_and_serve()
        finally:
            self._loop.call_soon_threadsafe(self._end)

    def _open_and_serve(self) -> None:
        try:
            store = self._store = Store(self._path, self._tell_rescue)
        except JournalFailed as error:
            self._tell([_Answer(self._opened, failure=error)])
            return
        self._tell([_Answer(self._opened)])
        try:
            while self._serve(store):
                pass
        finally:
            store.close()

    def _serve(self, store: Store) -> bool:
        """Serve everything that waits; False when it was the last time."""
        self._take()
        saves = [request for request in self._taken if isinstance(request, _Save)]
        if saves:
            outcomes = store.commit([save.rows for save in saves])
            answers = zip(saves, outcomes, strict=True)
            self._tell([_Answer(save.done, failure=failure) for save, failure in answers])
        reads = [request for request in self._taken if isinstance(request, _Read)]
        if reads:
            self._tell([_answer(store, read) for read in reads])
        return None not in self._taken

    def _take(self) -> None:
        """All that waits; where nothing does, wait for one."""
        self._taken = [self._queue.get()]
        while not self._queue.empty():
            self._taken.append(self._queue.get())

    def _tell_rescue(self, rescued: JournalRescue) -> None:
        self._loop.call_soon_threadsafe(self.rescues.put_nowait, rescued)

    def _tell(self, answers: Sequence[_Answer]) -> None:
        self._loop.call_soon_threadsafe(_resolve, answers)

    # --- in the loop again --------------------------------------------------------------------

    def _end(self) -> None:
        """Nobody is left waiting, whatever ended the thread."""
        self._ended.set()
        while not self._queue.empty():
            self._taken.append(self._queue.get())
        left = [self._opened, *(request.done for request in self._taken if request)]
        _resolve([_Answer(done, failure=self._closed()) for done in left])

    def _closed(self) -> JournalFailed:
        return JournalFailed(f"{self._path}: the journal is closed")


def _answer(store: Store, read: _Read) -> _Answer:
    try:
        return _Answer(read.done, result=store.read(read.query))
    except JournalFailed as error:
        return _Answer(read.done, failure=error)


def _resolve(answers: Sequence[_Answer]) -> None:
    """A future whose waiter was cancelled is passed over: what it asked for has happened all the same."""
    for answer in answers:
        if answer.done.done():
            continue
        if answer.failure:
            answer.done.set_exception(answer.failure)
        else:
            answer.done.set_result(answer.result)
