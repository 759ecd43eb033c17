"""The write-ahead file: how long it gets, and that it is so from the start.

A write that makes a file longer is synced together with the file system's own record of that, which takes half as long
again. SQLite begins this file anew once all of it was copied into the journal, so only the first saves of a daemon
would pay for it: in a small shop all of a day's.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

PAGE_BYTES = 4096
FRAME_BYTES = 24 + PAGE_BYTES  # https://www.sqlite.org/fileformat2.html#the_write_ahead_log
# Copied into the journal when it holds so many pages; a receipt's save has about four of them.
CHECKPOINT_PAGES = 250
# The commit that passes that is still written behind it.
LAID_OUT_BYTES = (CHECKPOINT_PAGES + 50) * FRAME_BYTES
# Cut back to this after a checkpoint: one busy day does not keep its disk space for ever.
LIMIT_BYTES = 4 * 1024 * 1024


def limit(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {LIMIT_BYTES}")


def lay_out(journal: Path) -> None:
    """Lengthen the file by zeros, as far as the disk lets us. To be called while nobody saves.

    SQLite passes over what lies behind its frames: a frame counts only with the salt and the checksum of those before
    it. SQLite's locks are on the other two files, so opening and closing this one lets go of none.
    """
    with suppress(OSError):  # full, or failing: a save will meet that too, and tell of it
        descriptor = os.open(journal.with_name(journal.name + "-wal"), os.O_WRONLY | os.O_CLOEXEC)
        try:
            length = os.fstat(descriptor).st_size
            os.pwrite(descriptor, bytes(max(0, LAID_OUT_BYTES - length)), length)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
