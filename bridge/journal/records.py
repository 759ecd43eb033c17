"""Domain values <-> rows.

A body is the value as JSON by its type annotations (msgspec). A member that a later version adds must have a default:
bodies of before lack it, and a member that is no longer known is passed over.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, assert_never

import msgspec

from bridge.domain.moves import Move
from bridge.domain.receipt import PrintJob, Receipt
from bridge.domain.task import StaffTask
from bridge.ports import Record


class Row(NamedTuple):
    """A statement with its values."""

    statement: str
    values: tuple[str | int | None, ...]


# What never changes of a record is not set again: each index that a column set is of costs a page to write and to sync.
_SAVE_RECEIPT: Final = """
    INSERT INTO receipts (receipt_id, state, opened_at, unfinished, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (receipt_id) DO UPDATE SET state = excluded.state, unfinished = excluded.unfinished,
    body = excluded.body"""
_SAVE_MOVE: Final = """
    INSERT INTO moves (move_id, receipt_id, base_ref, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (move_id) DO UPDATE SET base_ref = excluded.base_ref, body = excluded.body"""
_SAVE_TASK: Final = """
    INSERT INTO tasks (task_id, state, body) VALUES (?, ?, ?)
    ON CONFLICT (task_id) DO UPDATE SET state = excluded.state, body = excluded.body"""
_SAVE_JOB: Final = """
    INSERT INTO jobs (job_id, request_id, state, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, body = excluded.body"""

decode_receipt: Final[Callable[[str], Receipt]] = msgspec.json.Decoder(Receipt).decode
decode_move: Final[Callable[[str], Move]] = msgspec.json.Decoder(Move).decode
decode_task: Final[Callable[[str], StaffTask]] = msgspec.json.Decoder(StaffTask).decode
decode_job: Final[Callable[[str], PrintJob]] = msgspec.json.Decoder(PrintJob).decode


def row_of(record: Record) -> Row:
    """The row that inserts this record or replaces its older self. Raises UnicodeEncodeError for a lone surrogate."""
    body = _encode(record)
    match record:
        case Receipt():
            unfinished = int(record.is_live or not record.settled)
            opened_at = as_text(record.opened_at)
            return Row(_SAVE_RECEIPT, (record.receipt_id, record.state, opened_at, unfinished, body))
        case Move():
            base_ref = record.refund.base_ref if record.refund else None
            return Row(_SAVE_MOVE, (record.move_id, record.receipt_id, base_ref, body))
        case StaffTask():
            return Row(_SAVE_TASK, (record.task_id, record.state, body))
        case PrintJob():
            return Row(_SAVE_JOB, (record.job_id, record.request_id, record.state, body))
        case _:
            assert_never(record)


def as_text(moment: datetime) -> str:
    """UTC with microseconds: texts of one width, which sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _encode(record: Any) -> str:  # noqa: ANN401 - msgspec takes any dataclass
    return msgspec.json.encode(record).decode()
