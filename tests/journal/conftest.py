"""Records to save, and a journal to save them in."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.money import money, points
from bridge.domain.moves import Move, MoveKind, Purchase
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Operation, Receipt
from bridge.domain.sale import Basket
from bridge.journal import SqliteJournal

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[SqliteJournal]:
    opened = await SqliteJournal.open(path)
    yield opened
    await opened.aclose()


@pytest.fixture
def a_receipt() -> Callable[..., Receipt]:
    def make(receipt_id: str = "r-1", **members: Any) -> Receipt:  # noqa: ANN401 - any member may be set
        fields: dict[str, Any] = {"operation": Operation.SALE, "opened_at": NOON, **members}
        return Receipt(receipt_id, **fields)

    return make


@pytest.fixture
def a_move() -> Callable[..., Move]:
    def make(receipt_id: str = "r-1", move_id: str = "", **members: Any) -> Move:  # noqa: ANN401 - the same
        purchase = Purchase(CardNumber("2900000000018"), Basket.of(money("10.00")), points(Decimal(3)), NOON)
        fields: dict[str, Any] = {"kind": MoveKind.HOLD, "created_at": NOON, "purchase": purchase, **members}
        return Move(move_id or f"store/till/{receipt_id}/hold/1", receipt_id, "club", **fields)

    return make


class Gate:
    """Holds up the journal's thread, so that what is asked for meanwhile waits together."""

    def __init__(self, journal: SqliteJournal) -> None:
        self._journal = journal
        self._open = threading.Event()
        self._held = threading.Event()

    async def hold(self) -> None:
        """Returns when this was let go again."""
        await self._journal._writer.read(self._wait)

    async def is_held(self) -> None:
        """Returns once the thread stands here: what is asked for from now on waits."""
        await asyncio.to_thread(self._held.wait)

    def _wait(self, _connection: sqlite3.Connection) -> None:
        self._held.set()
        self._open.wait()

    def let_go(self) -> None:
        self._open.set()


@pytest.fixture
def gate(journal: SqliteJournal) -> Iterator[Gate]:
    made = Gate(journal)
    yield made
    made.let_go()


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """The rights of an ordinary user: root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def as_nobody_in(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    """Called with a folder: from then on this process may read what stands in it, and may not change the folder."""

    def take_rights(folder: Path) -> None:
        for place in (folder, *folder.parents):
            if place.stat().st_uid == os.geteuid() and place != Path("/"):
                place.chmod(place.stat().st_mode | 0o055)
        for file in folder.iterdir():
            file.chmod(0o666)
        folder.chmod(0o555)
        request.addfinalizer(lambda: folder.chmod(0o700))
        request.getfixturevalue("as_nobody")

    return take_rights
