"""What the panel's buttons do: forms in, hands moved. A refusal is a line of text for the person at the page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bridge.config.errors import ConfigError
from bridge.config.model import Config
from bridge.daemon.failures import StartFailed
from bridge.domain.errors import DeskError
from bridge.emulation.bench.providers import SLOW_S, Trouble
from bridge.emulation.bench.scanners import Shot
from bridge.emulation.methods.messages import MAX_SCAN_CHARACTERS
from bridge.emulation.panel.stage import Stage
from bridge.emulation.scenario.loading import Scenario, load_scenario, shipped
from bridge.panel.app import HEADERS, form_of
from bridge.pos.jsonrpc import InvalidParams
from devices.errors import DeviceError

Form = Mapping[str, str]
Act = Callable[[Form], Awaitable[None]]


class Actions:
    """config_for: the till for a scenario, or without one."""

    def __init__(self, stage: Stage, config_for: Callable[[Scenario | None], Config]) -> None:
        self._stage = stage
        self._config_for = config_for
        self._one_play = asyncio.Lock()
        self._playing: asyncio.Task[None] | None = None

    def routes(self) -> list[Route]:
        acts: Mapping[str, Act] = {
            "scan": self._scan,
            "unplug": self._unplug,
            "plug": self._plug,
            "fault": self._fault,
            "provider": self._provider,
            "cash": self._cash,
            "play": self._play,
            "reset": self._reset,
        }
        return [Route(f"/do/{name}", _endpoint(act), methods=["POST"]) for name, act in acts.items()]

    async def stop(self) -> None:
        """End a scenario that is played."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)

    async def _scan(self, form: Form) -> None:
        data = (form.get("data") or form.get("typed", "")).strip()
        if not 0 < len(data) <= MAX_SCAN_CHARACTERS:
            raise InvalidParams("a code to scan, please")
        await self._stage.made.bench.scan(form.get("device"), Shot(data))

    async def _unplug(self, form: Form) -> None:
        await self._stage.made.bench.unplug(form.get("device", ""))

    async def _plug(self, form: Form) -> None:
        await self._stage.made.bench.plug(form.get("device", ""), renumbered="renumbered" in form)

    async def _fault(self, form: Form) -> None:
        await self._stage.made.bench.fault(form.get("device", ""), form.get("fault", ""), is_on=form.get("on") == "1")

    async def _provider(self, form: Form) -> None:
        name, _ = self._stage.made.bench.provider(form.get("provider"))
        fault = form.get("fault", "")
        if fault and fault not in list(Trouble):
            raise InvalidParams(f"no fault {fault[:32]!r}")
        await self._stage.made.bench.trouble(name, Trouble(fault) if fault else None, "*", SLOW_S)

    async def _cash(self, form: Form) -> None:
        key = form.get("key", "")
        if key not in {"open", "redeem", "pay", "cancel", "return"}:
            raise InvalidParams(f"no key {key[:32]!r}")
        await self._stage.cash.press(key, form.get("points", ""))

    async def _play(self, form: Form) -> None:
        known = {file.stem: file for file in shipped()}
        name = form.get("scenario", "")
        if name not in known:
            raise InvalidParams(f"no scenario {name[:64]!r}")
        scenario = load_scenario(known[name])
        config = self._config_for(scenario)
        await self.stop()
        self._playing = asyncio.create_task(self._stage.play(scenario, config), name=f"scenario {name}")

    async def _reset(self, _form: Form) -> None:
        await self.stop()
        self._stage.performance = None
        await self._stage.put_up(self._config_for(None))


def _endpoint(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            await act(await form_of(request))
        except (DeskError, InvalidParams, DeviceError, ConfigError, StartFailed) as error:
            return PlainTextResponse(str(error), 400, HEADERS)
        if "x-panel" in request.headers:
            return Response(status_code=204)
        return RedirectResponse("/", 303, HEADERS)

    return endpoint
