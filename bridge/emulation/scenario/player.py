"""Plays the steps of a scenario on an emulated till: a cash program on its socket, hands at its devices."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

import msgspec

from bridge.domain.errors import DeskError
from bridge.emulation.bench.bench import Bench
from bridge.emulation.bench.providers import Trouble
from bridge.emulation.bench.scanners import Manner, Shot
from bridge.emulation.scenario import steps as s
from bridge.emulation.scenario.loading import Scenario
from bridge.emulation.scenario.matching import UnknownName, filled, holds
from bridge.pos.async_client import AsyncClient
from bridge.pos.client import CallError, Unreachable
from bridge.pos.jsonrpc import InvalidParams

# Between two looks at what no event tells of: often enough for a person, seldom enough for the daemon beside us.
LOOK_AGAIN_S = 0.02
TOPICS = ("scan", "card", "receipt", "device", "provider", "queue")

Names = Mapping[str, str]


class StepFailed(Exception):
    """What was expected did not come; the text says what came."""


@dataclass(frozen=True, slots=True)
class Played:
    """One step: its text for a person, and why it failed ("" when it did not)."""

    number: int
    text: str
    failure: str = ""


@dataclass(slots=True)
class _Last:
    """What came last that was not right."""

    came: Any = None

    def told(self) -> str:
        return "" if self.came is None else f"; last seen: {_json(self.came)}"


@dataclass(slots=True)
class Player:
    """bench: the hands. names: what ${…} stands for. client: the cash program's connection."""

    bench: Bench
    names: Names
    client: AsyncClient
    _events: list[dict[str, Any]] = field(default_factory=list)
    _seen: int = 0
    _happened: asyncio.Condition = field(default_factory=asyncio.Condition)
    _aside: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def play(self, scenario: Scenario, tell: Callable[[Played], None]) -> str:
        """Why it failed, "" when it did not; `tell` hears of each step as it is done. The first that fails ends it."""
        async with self._listening():
            for number, step in enumerate(scenario.steps, 1):
                failure = await self._failure_of(step)
                tell(Played(number, told(step, self.names), failure))
                if failure:
                    return f"step {number}: {failure}"
        return ""

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        events = await self.client.subscribe(TOPICS)
        listening = asyncio.create_task(self._listen(events))
        try:
            yield
        finally:
            for task in (listening, *self._aside.values()):
                task.cancel()
            await asyncio.gather(listening, *self._aside.values(), return_exceptions=True)

    async def _listen(self, events: AsyncIterator[dict[str, Any]]) -> None:
        with suppress(Unreachable):
            async for event in events:
                async with self._happened:
                    self._events.append(event)
                    self._happened.notify_all()

    async def _failure_of(self, step: s.Step) -> str:
        try:
            step = _filled(step, self.names)
            if isinstance(step, s.Aside) and step.aside:
                self._aside[step.aside] = asyncio.create_task(self._in_time(step))
            else:
                await self._in_time(step)
        except StepFailed as error:
            return str(error)
        except (DeskError, InvalidParams, CallError, Unreachable, UnknownName) as error:
            return f"{error}"
        return ""

    async def _in_time(self, step: s.Step) -> None:
        last = _Last()
        try:
            async with asyncio.timeout(step.within_ms / 1000):
                await self._do(step, last)
        except TimeoutError:
            raise StepFailed(f"not within {step.within_ms} ms{last.told()}") from None

    # --- one method a kind of step -----------------------------------------------------------------

    @singledispatchmethod
    async def _do(self, step: s.Step, _last: _Last) -> None:
        raise NotImplementedError(type(step))

    @_do.register
    async def _call(self, step: s.CallStep, last: _Last) -> None:
        while True:
            answer = await self._answer(step)
            if step.expect is None or holds(answer, step.expect):
                return
            last.came = answer
            if not step.until:
                raise StepFailed(f"answered {_json(answer)}, expected {_json(step.expect)}")
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _answer(self, step: s.CallStep) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = await self.client.call(step.call, **step.params)
        except CallError as error:
            if error.code == step.refused:
                return None
            raise StepFailed(f"refused with {error.code}: {error.message}") from error
        if step.refused is not None:
            raise StepFailed(f"answered {_json(answer)}, expected the error {step.refused}")
        return answer

    @_do.register
    async def _join(self, step: s.JoinStep, _last: _Last) -> None:
        await self._aside.pop(step.join)

    @_do.register
    async def _scan(self, step: s.ScanStep, _last: _Last) -> None:
        shot = Shot(step.scan, step.identifier, step.pause_ms, step.ends, Manner(step.manner))
        await self.bench.scan(step.device, shot)

    @_do.register
    async def _pieces(self, step: s.PiecesStep, _last: _Last) -> None:
        for place, piece in enumerate(step.pieces, 1):
            await self.bench.scan(step.device, Shot(piece, ends=place == len(step.pieces)))
            await asyncio.sleep(step.pause_ms / 1000)

    @_do.register
    async def _unplug(self, step: s.UnplugStep, _last: _Last) -> None:
        await self.bench.unplug(step.unplug)

    @_do.register
    async def _plug(self, step: s.PlugStep, _last: _Last) -> None:
        await self.bench.plug(step.plug, renumbered=step.renumbered)

    @_do.register
    async def _fault(self, step: s.FaultStep, _last: _Last) -> None:
        await self.bench.fault(step.device, step.fault, is_on=step.on, after_lines=step.after_lines)

    @_do.register
    async def _provider(self, step: s.ProviderStep, _last: _Last) -> None:
        name, _ = self.bench.provider(step.of)
        trouble = None if step.provider == "none" else Trouble(step.provider)
        await self.bench.trouble(name, trouble, step.method, step.slow_ms / 1000)

    @_do.register
    async def _event(self, step: s.EventStep, last: _Last) -> None:
        async with self._happened:
            while True:
                for event in self._events[self._seen :]:
                    self._seen += 1
                    if event["topic"] == step.event and holds(event["data"], step.expect):
                        return
                    last.came = event
                await self._happened.wait()

    @_do.register
    async def _never(self, step: s.NeverStep, _last: _Last) -> None:
        for event in self._events:
            if event["topic"] == step.never and holds(event["data"], step.expect):
                raise StepFailed(f"there was {_json(event['data'])}")

    @_do.register
    async def _state(self, step: s.DeviceStep, last: _Last) -> None:
        async def state() -> object:
            devices = (await self.client.call("device.list"))["devices"]
            return next((each["state"] for each in devices if each["name"] == step.device), "no such device")

        await _until(state, lambda came: came == step.state, last)

    @_do.register
    async def _screen(self, step: s.ScreenStep, last: _Last) -> None:
        _, display = self.bench.display(step.device)

        async def rows() -> list[str]:
            return [row.rstrip() for row in display.rows][: len(step.screen)]

        await _until(rows, lambda came: came == [row.rstrip() for row in step.screen], last)

    @_do.register
    async def _paper(self, step: s.PaperStep, last: _Last) -> None:
        _, printer = self.bench.printer(step.device)

        async def lines() -> list[str]:
            return [line.text for page in printer.paper.pages for line in page.lines]

        def is_right(came: list[str]) -> bool:
            return sum(step.paper in line for line in came) == step.times

        await _until(lines, is_right, last)

    @_do.register
    async def _balance(self, step: s.BalanceStep, last: _Last) -> None:
        _, provider = self.bench.provider(step.of)

        async def points() -> list[str]:
            return [member.points for member in provider.members() if member.card == step.card]

        await _until(points, lambda came: came == [step.balance], last)

    @_do.register
    async def _asked(self, step: s.AskedStep, last: _Last) -> None:
        _, provider = self.bench.provider(step.of)
        path = f"/{step.asked.lstrip('/')}"

        async def times() -> int:
            return sum(request.path == path for request in provider.asked())

        await _until(times, lambda came: came == step.times, last)

    @_do.register
    async def _wait(self, step: s.WaitStep, _last: _Last) -> None:
        await asyncio.sleep(step.wait_ms / 1000)


async def _until(look: Callable[[], Awaitable[Any]], is_right: Callable[[Any], bool], last: _Last) -> None:
    while not is_right(came := await look()):
        last.came = came
        await asyncio.sleep(LOOK_AGAIN_S)


def _filled(step: s.Step, names: Names) -> s.Step:
    values = {key: filled(value, names) for key, value in msgspec.structs.asdict(step).items()}
    return type(step)(**values)


def told(step: s.Step, names: Names) -> str:
    """The step in one line: its caption, or what it does."""
    if step.say:
        return step.say
    kind = next(key for key, struct in s.STEPS.items() if type(step) is struct)
    members = {
        name: value
        for name, value in msgspec.structs.asdict(step).items()
        if value not in (None, "", {}) and name not in {"say", "within_ms", kind}
    }
    values = [f"{name}={_json(value)}" for name, value in members.items() if _default(step, name) != value]
    with suppress(UnknownName):
        return str(filled(" ".join([kind, _json(getattr(step, kind, "")), *values]), names))
    return kind


def _default(step: s.Step, name: str) -> object:
    return next(each.default for each in msgspec.structs.fields(type(step)) if each.name == name)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
