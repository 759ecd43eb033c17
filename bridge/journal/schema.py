"""Versions of the journal's schema: a file of an older version is brought up to date, a newer one is refused."""

import sqlite3
from pathlib import Path

from bridge.journal.errors import JournalTooNew, foreign

# Marks the file as ours (`PRAGMA application_id`): "posb" in ASCII.
APPLICATION_ID = 0x706F7362

# The script at place n brings a journal of version n to version n + 1. Only ever append.
MIGRATIONS = ("schema.sql",)


def check_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Changes nothing. Raises JournalTooNew, or JournalForeign."""
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if owner != APPLICATION_ID and not is_empty:
        raise foreign(path)
    if (version := _version(connection)) > len(MIGRATIONS):
        raise JournalTooNew(
            f"{path}: written by a later pos-bridge (schema {version}, this one knows {len(MIGRATIONS)}): "
            "install that version again, or give this one another [journal] path"
        )


def give_back_room(connection: sqlite3.Connection) -> None:
    """What retention empties can go back to the disk, some pages at a time; only a new file takes that up."""
    if not _version(connection):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, each version in one transaction."""
    for number in range(_version(connection), len(MIGRATIONS)):
        script = Path(__file__).with_name(MIGRATIONS[number]).read_text("utf-8")
        connection.executescript(
            f"BEGIN IMMEDIATE; {script}"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number + 1}; COMMIT;"
        )


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
