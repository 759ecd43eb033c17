"""A disk that takes its time over some saves, so that others come in between."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from bridge.journal import SqliteJournal
from bridge.ports import Record


@dataclass(frozen=True, slots=True)
class HeldSaves:
    """begun: one of them waits. Set goes_on, and they go on."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)


def hold_saves(monkeypatch: pytest.MonkeyPatch, is_held: Callable[[Sequence[Record]], bool]) -> HeldSaves:
    """From now on; is_held: asked of all that is saved at once."""
    held, save = HeldSaves(), SqliteJournal.save

    async def saved_late(self: SqliteJournal, *records: Record) -> None:
        if is_held(records):
            held.begun.set()
            await held.goes_on.wait()
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", saved_late)
    return held
