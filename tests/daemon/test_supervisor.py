"""What the supervisor does with work that fails, and with work that it never came to."""

import asyncio
import inspect

from structlog.testing import capture_logs

from bridge.daemon.supervisor import Supervisor


async def test_work_that_fails_is_logged_and_ends_nobody_else() -> None:
    supervisor, going_on = Supervisor(), asyncio.Event()

    async def fails() -> None:
        raise ValueError("a defect")

    async def goes_on() -> None:
        await asyncio.sleep(0)
        going_on.set()

    with capture_logs() as logs:
        assert not await supervisor.spawn(fails(), "failing")
        assert await supervisor.spawn(goes_on(), "another")
    assert going_on.is_set()
    assert [(entry["event"], entry["task"]) for entry in logs] == [("task_failed", "failing")]


async def test_stopped_before_it_has_begun_nothing_is_left_behind() -> None:
    """A till that is told to stop in the turn in which it is ready."""
    supervisor = Supervisor()
    work = asyncio.sleep(10)
    supervisor.spawn(work, "never begun")
    await supervisor.stop()
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED
