"""A till that saves until it is killed: python saver.py JOURNAL; prints each id once its save was acknowledged."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bridge.domain.moves import Move, MoveKind
from bridge.domain.receipt import Operation, Receipt
from bridge.journal import SqliteJournal

SAVERS = 5


async def main(path: Path) -> None:
    journal = await SqliteJournal.open(path)
    async with asyncio.TaskGroup() as group:
        for saver in range(SAVERS):
            group.create_task(save_for_ever(journal, saver))


async def save_for_ever(journal: SqliteJournal, saver: int) -> None:
    for number in count():
        receipt_id = f"{os.getpid()}-{saver}-{number}"
        now = datetime.now(UTC)
        move = Move(f"{receipt_id}/hold", receipt_id, "club", MoveKind.HOLD, now)
        await journal.save(Receipt(receipt_id, Operation.SALE, now), move)
        print(receipt_id, flush=True)  # noqa: T201 - the acknowledgement is this program's purpose


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
