"""A person leaves the journal: card, phone and name, wherever they stand. Ids and amounts stay, for they are money.

Bodies are looked at as JSON, so that what a later version keeps is erased as well.
"""

import json
import re
import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from bridge.domain.person import FORGOTTEN, Person
from bridge.journal.records import Row

# Rows that are looked through in one go: a save waits no longer than that takes.
SLICE = 2000
# A name's shorter words (an initial) stand in too many texts that are not about it.
SHORTEST_WORD = 3

# Members that hold one number, phone or name and nothing else; members that people read.
_WHOLE = frozenset({"value", "card"})
_TEXTS = frozenset({"text", "reason", "note", "left", "right", "qr", "barcode"})

_RECEIPT_ID = {"receipts": "receipt_id", "moves": "receipt_id", "tasks": "json_extract(body, '$.receipt_id')"}
_ENDED = "state NOT IN ('queued', 'sending')"


def slices(connection: sqlite3.Connection) -> range:
    """What `after` begins each slice of the longest table."""
    tables = (*_RECEIPT_ID, "jobs")
    last = max(int(connection.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()[0]) for table in tables)  # noqa: S608 - our own words
    return range(0, last, SLICE)


def receipts_naming(connection: sqlite3.Connection, person: Person, after: int) -> set[str]:
    """Ids of receipts of which a record may name the person, in one slice of each table."""
    condition, texts = _mentions(person)
    found: set[str] = set()
    for table, receipt_id in _RECEIPT_ID.items():
        query = f"SELECT {receipt_id} FROM {table} WHERE seq > ? AND seq <= ? AND ({condition})"  # noqa: S608 - the same
        found.update(row[0] for row in connection.execute(query, (after, after + SLICE, *texts)))
    return found


def erasing(connection: sqlite3.Connection, person: Person, receipt_id: str) -> list[Row]:
    """What rewrites all records of this receipt that name the person."""
    rows = []
    for table, column in _RECEIPT_ID.items():
        query = f"SELECT seq, body FROM {table} WHERE {column} = ?"  # noqa: S608 - the same
        rows += _rewritten(table, connection.execute(query, (receipt_id,)), person)
    return rows


def erasing_jobs(connection: sqlite3.Connection, person: Person, job_ids: Sequence[str], after: int) -> list[Row]:
    """The same of printouts that have ended: one slice of those that name the person, and those of `job_ids`."""
    condition, texts = _mentions(person)
    query = (
        f"SELECT seq, body FROM jobs WHERE seq > ? AND seq <= ? AND {_ENDED}"  # noqa: S608 - the same
        f" AND ({condition} OR job_id IN (SELECT value FROM json_each(?)))"
    )
    found = connection.execute(query, (after, after + SLICE, *texts, json.dumps(job_ids)))
    return _rewritten("jobs", found, person)


def erased(body: str, person: Person) -> str:
    """The body without this person; the same text where it does not name them."""
    before = msgspec.json.decode(body)
    after = _without(before, "", person.identifiers | {name.value for name in person.names}, _pattern(person))
    return body if after == before else msgspec.json.encode(after).decode()


def _rewritten(table: str, found: sqlite3.Cursor, person: Person) -> list[Row]:
    statement = f"UPDATE {table} SET body = ? WHERE seq = ?"  # noqa: S608 - the same
    return [Row(statement, (after, seq)) for seq, body in found if (after := erased(body, person)) != body]


def _mentions(person: Person) -> tuple[str, list[str]]:
    """A condition on `body`, which may hold too often, and its values: texts as JSON writes them."""
    texts = [json.dumps(text, ensure_ascii=False)[1:-1] for text in sorted(person.identifiers)]
    return " OR ".join("instr(body, ?)" for _text in texts), texts


def _pattern(person: Person) -> re.Pattern[str]:
    words = {word for name in person.names for word in name.value.split() if len(word) >= SHORTEST_WORD}
    texts = sorted({*person.identifiers, *(name.value for name in person.names), *words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, texts))})(?!\w)", re.IGNORECASE)


def _without(value: Any, key: str, personal: frozenset[str] | set[str], pattern: re.Pattern[str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _without(item, name, personal, pattern) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, key, personal, pattern) for item in value]
    if not isinstance(value, str):
        return value
    if key in _WHOLE:
        return FORGOTTEN if value in personal else value
    return pattern.sub(FORGOTTEN, value) if key in _TEXTS else value
