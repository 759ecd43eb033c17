"""Whatever the domain can hold comes back as it went in."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.errors import JournalFailed
from bridge.domain.moves import Move
from bridge.domain.receipt import PrintJob, Receipt
from bridge.domain.task import StaffTask
from bridge.journal import SqliteJournal
from bridge.journal.records import as_text, decode_move, decode_receipt, decode_task, row_of

_LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(0, 2**31),
    bool: st.booleans(),
    type(None): st.none(),
    Decimal: st.decimals(0, 10**9, places=2),
    timedelta: st.timedeltas(timedelta(0), timedelta(days=4000)),
    datetime: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any annotation of the domain
    """Values of an annotation with every member filled, the optional ones too."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    if isinstance(kind, NewType):
        return values_of(kind.__supertype__)
    if get_origin(kind) in {Union, types.UnionType}:
        return st.one_of(*map(values_of, get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(values_of(get_args(kind)[0]), max_size=2).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert isinstance(kind, type), kind
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind)})


@settings(max_examples=30)  # a whole receipt is slow to make
@given(receipt=values_of(Receipt))
def test_receipt_round_trip(receipt: Receipt) -> None:
    row = row_of(receipt)
    assert decode_receipt(str(row.values[-1])) == receipt


@given(move=values_of(Move))
def test_move_round_trip(move: Move) -> None:
    assert decode_move(str(row_of(move).values[-1])) == move


@given(first=values_of(datetime), second=values_of(datetime))
def test_text_of_moments_sorts_as_they_do(first: datetime, second: datetime) -> None:
    assert (as_text(first) < as_text(second)) == (first < second)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(receipt=values_of(Receipt), move=values_of(Move), job=values_of(PrintJob), task=values_of(StaffTask))
async def test_every_record_comes_back_from_the_file(
    journal: SqliteJournal, receipt: Receipt, move: Move, job: PrintJob, task: StaffTask
) -> None:
    """One journal for all examples: a record that meets an older self replaces it. A move is one receipt's for ever."""
    own_id = f"{receipt.receipt_id}/{move.move_id}"
    belonging = type(move)(**{**_members(move), "receipt_id": receipt.receipt_id, "move_id": own_id})
    await journal.save(task, job, belonging, receipt)
    assert await journal.receipt(receipt.receipt_id) == receipt
    assert belonging in await journal.moves_of(receipt.receipt_id)
    assert await journal.job(job.job_id) == job
    bodies = await journal._writer.read(
        lambda connection: connection.execute("SELECT body FROM tasks WHERE task_id = ?", [task.task_id]).fetchall()
    )
    assert [decode_task(body) for (body,) in bodies] == [task]


async def test_text_that_is_no_unicode_is_refused_and_not_shown(journal: SqliteJournal) -> None:
    broken = StaffTask("t-1", "kind", "r-1", datetime.now(UTC), "reason", "Иванов \ud83d")
    with pytest.raises(JournalFailed, match="no Unicode") as refusal:
        await journal.save(broken)
    assert "Иванов" not in str(refusal.value)
    assert (await journal.unfinished()).tasks == ()


def _members(value: Move) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}
