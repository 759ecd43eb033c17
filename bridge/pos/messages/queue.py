"""The queue: what is not settled, for staff."""

from typing import Annotated, Literal

from msgspec import Meta

from bridge.pos.messages.base import Params, Result

TaskId = Annotated[str, Meta(min_length=1, max_length=128, description="as `queue.list` or an outcome told it")]
TaskStateName = Literal["open", "queued", "unknown"]
TaskKindName = Literal[
    "refused", "manual", "unknown", "stuck_hold", "abandoned", "journal_damaged", "sale", "refund", "cancel", "hold"
]


class TaskParams(Params):
    """Which entry of the queue."""

    task_id: TaskId


class ResolveTaskParams(Params):
    """A person has set it right."""

    task_id: TaskId
    note: Annotated[str, Meta(min_length=1, max_length=500, description="what was done; kept with the task")]


class Task(Result):
    """One thing that is not settled."""

    task_id: Annotated[str, Meta(description="by which it is retried or resolved")]
    kind: Annotated[
        TaskKindName,
        Meta(
            description="sale, refund, cancel and hold go on by themselves, named by what is being done; "
            "the others wait for a person"
        ),
    ]
    receipt_id: Annotated[str, Meta(description="the receipt that it is about")]
    state: Annotated[
        TaskStateName,
        Meta(
            description="open: waits for a person; queued: goes out when the provider takes it; "
            "unknown: the provider is being asked what became of it"
        ),
    ]
    age_s: Annotated[int, Meta(description="for how long, in whole seconds")]
    reason: Annotated[str, Meta(description="why it is not settled, in the provider's or our words")]
    text: Annotated[str, Meta(description="for staff, in the till's language: what exactly is to be corrected")]


class TaskList(Result):
    """Oldest first."""

    tasks: Annotated[list[Task], Meta(description="for a person, and what goes on by itself")]
