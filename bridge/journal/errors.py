"""What can go wrong with the journal, in sentences that name the file and say what to do.

    JournalFailed (bridge.domain)  the disk refuses: full, read-only, failing; a later save may work
    ├── JournalInUse               another daemon has this journal open
    ├── JournalTooNew              a later pos-bridge wrote it
    ├── JournalForeign             the file is another program's database
    └── JournalDamaged             the file is no journal, or no longer a whole one

Errors of sqlite3 and the operating system become these here and nowhere else.
"""

import sqlite3
from pathlib import Path

import msgspec

from bridge.domain.errors import JournalFailed


class JournalInUse(JournalFailed):
    """Another process holds the journal's lock."""


class JournalTooNew(JournalFailed):
    """The schema is newer than this program knows."""


class JournalForeign(JournalFailed):
    """Another program's database stands in the journal's place."""


class JournalDamaged(JournalFailed):
    """Not a database, or a broken one."""


# SQLite's primary result code -> what it means to an installer (https://www.sqlite.org/rescode.html).
_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space on it",
    sqlite3.SQLITE_READONLY: "it is read-only: check the mount, and that the daemon's user owns file and directory",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that the daemon's user owns file and directory",
    sqlite3.SQLITE_PERM: "access is denied: check that the daemon's user owns file and directory",
    sqlite3.SQLITE_BUSY: "another program holds it: close every sqlite3 shell or copy job that has it open",
    sqlite3.SQLITE_LOCKED: "another program holds it: close every sqlite3 shell or copy job that has it open",
    sqlite3.SQLITE_IOERR: "the disk fails: look at the kernel's log (dmesg) and replace the disk if it says so",
    sqlite3.SQLITE_CONSTRAINT: "a record breaks a rule of the schema: a fault of pos-bridge, please report it",
}
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DAMAGE_ADVICE = (
    "move it and its -wal and -shm neighbours aside and start again with an empty journal; "
    "keep them: they may name operations that the provider never heard of"
)

# Errors that the whole file suffers, whatever is being written: to try each caller's records alone only costs time.
_HITS_EVERY_SAVE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
}


def of_sqlite(path: Path, error: sqlite3.Error) -> JournalFailed:
    code = _primary_code(error)
    if code in _DAMAGE:
        return damaged(path, str(error))
    return JournalFailed(f"{path}: {_ADVICE.get(code, 'unexpected')} ({error})")


def of_os(path: Path, error: OSError) -> JournalFailed:
    return JournalFailed(
        f"{path}: {error.strerror}: check that the directory exists, is not read-only and belongs to the daemon's user"
    )


def of_lock(path: Path, error: OSError) -> JournalFailed:
    if isinstance(error, BlockingIOError):
        return JournalInUse(
            f"{path}: another pos-bridge has this journal open: stop it, or give this one another [journal] path"
        )
    return of_os(path, error)


def damaged(path: Path, what: str) -> JournalDamaged:
    return JournalDamaged(f"{path}: the journal is damaged ({what}): {_DAMAGE_ADVICE}")


def foreign(path: Path) -> JournalForeign:
    return JournalForeign(f"{path}: this is some other program's database: give the journal another [journal] path")


def is_damage(error: Exception) -> bool:
    """The file can be read but makes no sense any more, as a whole or in one record."""
    return isinstance(error, msgspec.MsgspecError) or _primary_code(error) in _DAMAGE


def is_full(error: sqlite3.Error) -> bool:
    """No room for the file, or for the shared memory beside it."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code == sqlite3.SQLITE_IOERR_SHMSIZE or _primary_code(error) == sqlite3.SQLITE_FULL


def hits_every_save(error: sqlite3.Error) -> bool:
    return _primary_code(error) in _HITS_EVERY_SAVE


def _primary_code(error: Exception) -> int:
    """The low byte of the extended code; 0 for what the sqlite3 module itself raised."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
