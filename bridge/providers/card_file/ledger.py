"""The points of the card file: an SQLite file, one transaction per move, in one worker thread."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from bridge.domain.money import NO_POINTS, Money, Points, money, points
from bridge.domain.moves import MoveKind
from bridge.domain.returns import Sale
from bridge.sqlite_thread import SqliteThread

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One move that was made. base: of a refund or revert, the purchase's move_id; balance: the card's after it."""

    move_id: str
    kind: MoveKind
    card: str
    at: datetime
    amount: Money
    base: str = ""
    redeemed: Points = NO_POINTS
    accrued: Points = NO_POINTS
    restored: Points = NO_POINTS
    reversed: Points = NO_POINTS
    balance: Points = NO_POINTS

    @property
    def delta(self) -> Decimal:
        return self.accrued - self.redeemed + self.restored - self.reversed


class Book:
    """The ledger inside one transaction: what is read here is still so when it is written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def entry(self, move_id: str) -> Entry | None:
        row = self._connection.execute("SELECT * FROM moves WHERE move_id = ?", (move_id,)).fetchone()
        return _to_entry(row) if row else None

    def moved(self, card: str) -> Points:
        """All that was earned on this card less all that was spent; may be below nothing."""
        (total,) = self._connection.execute(
            "SELECT coalesce(sum(accrued - redeemed + restored - reversed), 0) FROM moves WHERE card = ?", (card,)
        ).fetchone()
        return _from_hundredths(total)

    def sale(self, move_id: str) -> tuple[Entry, Sale] | None:
        """The purchase of this id, with what its refunds and reverts have done so far."""
        bought = self.entry(move_id)
        if bought is None or bought.kind is not MoveKind.PURCHASE:
            return None
        sums = self._connection.execute(
            "SELECT coalesce(sum(amount), 0), coalesce(sum(restored), 0), coalesce(sum(reversed), 0)"
            " FROM moves WHERE base = ?",
            (move_id,),
        ).fetchone()
        refunded, restored, taken = (_from_hundredths(value) for value in sums)
        return bought, Sale(bought.amount, bought.redeemed, bought.accrued, money(refunded), restored, taken)

    def add(self, entry: Entry) -> None:
        amounts = (entry.amount, entry.redeemed, entry.accrued, entry.restored, entry.reversed, entry.balance)
        self._connection.execute(
            "INSERT INTO moves (move_id, kind, card, base, at, amount, redeemed, accrued, restored, reversed, balance)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.move_id,
                entry.kind.value,
                entry.card,
                entry.base,
                entry.at.isoformat(),
                *(_hundredths(amount) for amount in amounts),
            ),
        )


class Ledger:
    """Runs functions on the Book, each in a transaction of its own; raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteThread(path, _prepare, "card-file")

    async def run(self, work: Callable[[Book], T]) -> T:
        """The result of `work`, on disk when it returns. Cancelling the wait does not stop the work."""
        return await self._file.run(lambda connection: work(Book(connection)))

    async def aclose(self) -> None:
        await self._file.aclose()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(Path(__file__).with_name("ledger.sql").read_text("utf-8"))


def _to_entry(row: sqlite3.Row) -> Entry:
    return Entry(
        move_id=row["move_id"],
        kind=MoveKind(row["kind"]),
        card=row["card"],
        at=datetime.fromisoformat(row["at"]),
        amount=money(_from_hundredths(row["amount"])),
        base=row["base"],
        redeemed=_from_hundredths(row["redeemed"]),
        accrued=_from_hundredths(row["accrued"]),
        restored=_from_hundredths(row["restored"]),
        reversed=_from_hundredths(row["reversed"]),
        balance=_from_hundredths(row["balance"]),
    )


def _hundredths(value: Decimal) -> int:
    return int(value * 100)


def _from_hundredths(value: int) -> Points:
    return points(Decimal(value) / 100)
