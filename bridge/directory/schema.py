"""The directory's file: brought up to date where it is older, refused where it is newer or another program's."""

import sqlite3
from pathlib import Path

# Marks the file as ours (`PRAGMA application_id`): "posc" in ASCII.
APPLICATION_ID = 0x706F7363

# The script at place n brings a directory of version n to version n + 1. Only ever append.
MIGRATIONS = ("schema.sql", "listed.sql", "names.sql")


class NotOurs(sqlite3.DatabaseError):
    """Some other program's database, or a later pos-bridge's."""


def prepare(connection: sqlite3.Connection) -> None:
    """Set a new connection up. What is deleted is overwritten, for that is what forgetting means."""
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes, the next answer brings again
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    _check_ours(connection)
    for number in range(_pragma(connection, "user_version"), len(MIGRATIONS)):
        script = Path(__file__).with_name(MIGRATIONS[number]).read_text("utf-8")
        connection.executescript(
            f"BEGIN IMMEDIATE; {script}"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number + 1}; COMMIT;"
        )


def _check_ours(connection: sqlite3.Connection) -> None:
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if not is_empty and _pragma(connection, "application_id") != APPLICATION_ID:
        raise NotOurs("it is some other program's database")
    if (version := _pragma(connection, "user_version")) > len(MIGRATIONS):
        raise NotOurs(f"a later pos-bridge wrote it (schema {version}, this one knows {len(MIGRATIONS)})")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
