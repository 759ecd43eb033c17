"""The handlers of queue.*: admin methods, each logged with who called it."""

from collections.abc import Mapping

from bridge.desk.settling.queueing import QueueDesk, TaskUnknown
from bridge.ports import Clock
from bridge.pos import messages as m
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from bridge.pos.views import task_view


class QueueHandlers:
    """queue.list, queue.retry, queue.resolve"""

    def __init__(self, queue: QueueDesk, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    def table(self) -> Mapping[str, Handler]:
        return {"queue.list": self._list, "queue.retry": self._retry, "queue.resolve": self._resolve}

    async def _list(self, _params: m.NoParams, _caller: Caller) -> m.TaskList:
        now = self._clock()
        return m.TaskList(tasks=[task_view(task, now) for task in await self._queue.list()])

    async def _retry(self, params: m.TaskParams, caller: Caller) -> None:
        try:
            await self._queue.retry(params.task_id, _who(caller))
        except TaskUnknown as error:
            raise InvalidParams(f"`task_id`: {error}") from error

    async def _resolve(self, params: m.ResolveTaskParams, caller: Caller) -> None:
        try:
            await self._queue.resolve(params.task_id, params.note.strip(), _who(caller))
        except TaskUnknown as error:
            raise InvalidParams(f"`task_id`: {error}") from error


def _who(caller: Caller) -> str:
    return f"uid {caller.uid}"
