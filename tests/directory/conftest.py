"""A directory in a file, and cards to put into it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.directory import SqliteDirectory
from bridge.domain.known_card import KnownCard
from bridge.domain.member import CardKind, Member
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

MakeCard = Callable[..., KnownCard]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal-cards.db"


@pytest.fixture
async def directory(path: Path) -> AsyncIterator[SqliteDirectory]:
    """On, and empty."""
    opened = SqliteDirectory(path)
    opened.turn_on()
    yield opened
    await opened.aclose()


@pytest.fixture
def a_card() -> MakeCard:
    def make(
        number: str = "2900000000018",
        holder: str = "Иванова Мария Петровна",
        phone: str | None = "+79161234567",
        *,
        provider: str = "club",
        as_of: datetime = NOON,
        **members: Any,  # noqa: ANN401 - any member may be set
    ) -> KnownCard:
        fields: dict[str, Any] = {"kind": CardKind.BONUS, "balance": points(350), "pending": None, **members}
        member = Member(CardNumber(number), holder=PersonName(holder), phone=Phone(phone) if phone else None, **fields)
        return KnownCard(provider, member, as_of)

    return make
