"""What leaves the journal with age: what is settled, and nothing that anybody still waits for."""

import sqlite3
from datetime import datetime

from bridge.journal.records import Row, as_text

# Receipts that go in one commit: few enough that no save waits noticeably behind them.
SLICE = 100
# Pages given back to the disk at a time, 4 KiB each.
PAGES = 256

_OLD = """
    SELECT receipt_id FROM receipts WHERE opened_at < ?1 AND unfinished = 0
    AND receipt_id NOT IN (SELECT json_extract(body, '$.receipt_id') FROM tasks WHERE state = 'open')
    ORDER BY opened_at LIMIT ?2"""
# Tasks and jobs have their time in the body alone: they stand in the order of it, so the first few tell.
_OLD_SEQS = """
    SELECT seq FROM (SELECT seq, body FROM {table} WHERE state NOT IN ({kept}) ORDER BY seq LIMIT ?2)
    WHERE substr(json_extract(body, '$.created_at'), 1, 19) < substr(?1, 1, 19)"""
_OLD_TASKS = _OLD_SEQS.format(table="tasks", kept="'open'")
_OLD_JOBS = _OLD_SEQS.format(table="jobs", kept="'queued', 'sending'")


def forgetting(before: datetime) -> list[Row]:
    """One slice of what was opened, or made, before that moment; to be written like a save."""
    values = (as_text(before), SLICE)
    return [
        Row(f"DELETE FROM moves WHERE receipt_id IN ({_OLD})", values),  # noqa: S608 - our own words
        Row(f"DELETE FROM receipts WHERE receipt_id IN ({_OLD})", values),  # noqa: S608 - the same
        Row(f"DELETE FROM tasks WHERE seq IN ({_OLD_TASKS})", values),  # noqa: S608 - the same
        Row(f"DELETE FROM jobs WHERE seq IN ({_OLD_JOBS})", values),  # noqa: S608 - the same
    ]


def is_left(connection: sqlite3.Connection, before: datetime) -> bool:
    """Whether another slice is due; on the way the room that the last one took is given back to the disk."""
    # A page a step: execute() takes one step where no columns come back, executescript() takes them all.
    connection.executescript(f"PRAGMA incremental_vacuum({PAGES})")
    query = f"SELECT EXISTS ({_OLD}) OR EXISTS ({_OLD_TASKS}) OR EXISTS ({_OLD_JOBS})"
    return bool(connection.execute(query, (as_text(before), SLICE)).fetchone()[0])
