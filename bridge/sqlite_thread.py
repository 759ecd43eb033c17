"""An SQLite file in a thread of its own: the event loop never waits on a disk."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class SqliteThread:
    """Runs functions on the file's one connection, each in a transaction of its own; raises sqlite3.Error.

    The file is opened with the first of them, made 0600 where it is missing: personal data stands in it. `prepare`
    sets the new connection up and brings its tables up to date.
    """

    def __init__(self, path: Path, prepare: Callable[[sqlite3.Connection], None], name: str) -> None:
        self.path = path
        self._prepare = prepare
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `work`, committed when it returns. Cancelling the wait does not stop the work."""
        return await self._in_thread(lambda connection: _transact(connection, work))

    async def checkpoint(self) -> None:
        """Everything is in the file itself, and what was overwritten there is nowhere else."""
        await self._in_thread(_checkpoint)

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._worker, self._close)
        self._worker.shutdown()

    async def _in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise sqlite3.ProgrammingError(f"{self.path} was closed")
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._worker, lambda: work(self._opened())))

    # --- below here: the thread ---------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            with contextlib.suppress(OSError):  # sqlite3 says it in its own words when it cannot open the file either
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                self._prepare(connection)
                # What a killed process had written may not be synced: it must be before anybody is told of it.
                _checkpoint(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
