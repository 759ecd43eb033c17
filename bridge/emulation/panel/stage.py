"""The till on show: put up, and put up anew for a scenario, behind the same page and at the same socket."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.config.model import Config
from bridge.daemon.printer_models import profile_of
from bridge.daemon.till import now
from bridge.emulation.cash_program import CashProgram, cash_program
from bridge.emulation.running import running
from bridge.emulation.scenario.loading import Scenario
from bridge.emulation.scenario.player import Played
from bridge.emulation.scenario.stage import play_on
from bridge.emulation.stand_ins import Audience, StandIns
from bridge.events import EventBus
from bridge.panel.limits import OverheardLimits
from bridge.panel.live import Changes
from bridge.panel.wire import Wire
from bridge.pos.messages import Params
from bridge.pos.server import PosServer
from devices.codecs.escpos_view import Paper
from devices.emulation.display import Rows
from devices.endpoints import Endpoint
from devices.printers.profiles import Profile
from devices.transports.overheard import Direction


@dataclass(slots=True)
class Performance:
    """A scenario that is played, or was. failure: None while it is played, "" when it went well."""

    scenario: Scenario
    steps: list[Played] = field(default_factory=list)
    failure: str | None = None


class Stage:
    """audience: who else looks at glass and paper (the terminal)."""

    def __init__(self, folder: Path, audience: Audience) -> None:
        self._folder = folder
        self._watching = audience
        self._standing = AsyncExitStack()
        self._curtain = asyncio.Lock()
        self._names: dict[str, str] = {}
        self.changes = Changes()
        self.wire = Wire(now, hides_text=False)
        self.wire.on_change = self.changes.touch
        self.limits = OverheardLimits()
        self.performance: Performance | None = None
        self.columns: dict[str, int] = {}
        self.made: StandIns
        self.server: PosServer
        self.cash: CashProgram

    async def put_up(self, config: Config) -> None:
        """A new till in place of the one that stands. StartFailed."""
        async with self._curtain:
            await self._put_up(config)
        self.changes.touch()

    async def ask(self, method: str, params: Params) -> Any:  # noqa: ANN401 - whatever the method's result is
        """bridge.panel.sections.Ask; waits while another till is put up."""
        async with self._curtain:
            return await self.server.dispatcher.ask(method, params)

    async def _put_up(self, config: Config) -> None:
        await self.take_down()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700)
        self.limits.clear()
        audience = Audience(self._glass, self._paper)
        self.made = await self._standing.enter_async_context(
            running(config, self._folder, audience, self._attend, self._heard)
        )
        self.made.bench.on_change = self.changes.touch
        sections = (self.made.config.scanners, self.made.config.displays, self.made.config.printers)
        self._names = {str(row.endpoint): row.name for rows in sections for row in rows}
        self.columns = {row.name: profile_of(row).columns for row in self.made.config.printers}
        socket = str(self.made.config.socket.path)
        self.cash = await self._standing.enter_async_context(cash_program(socket, self.changes.touch))

    async def take_down(self) -> None:
        await self._standing.aclose()

    async def play(self, scenario: Scenario, config: Config) -> None:
        """On a new till, which stays up afterwards."""
        performance = self.performance = Performance(scenario)

        def tell(step: Played) -> None:
            performance.steps.append(step)
            self.changes.touch()

        await self.put_up(config)
        performance.failure = await play_on(scenario, self.made, tell)
        self.changes.touch()

    async def _attend(self, server: PosServer) -> None:
        self.server = server
        bus: EventBus = server.bus
        bus.subscribe(self.wire.event)
        bus.subscribe(self.changes.touch)
        server.dispatcher.overheard_by += [self.wire.message, self.limits.message]

    def _heard(self, endpoint: Endpoint, direction: Direction, data: bytes) -> None:
        where = str(endpoint)
        self.wire.device(self._names.get(where, where), where, direction, data)

    def _glass(self, name: str, rows: Rows) -> None:
        self._watching.glass(name, rows)
        self.changes.touch()

    def _paper(self, name: str, profile: Profile, paper: Paper) -> None:
        self._watching.paper(name, profile, paper)
        self.changes.touch()
