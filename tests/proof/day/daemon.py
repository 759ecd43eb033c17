"""`python -m tests.proof.day.daemon … --config F`: the daemon, with a keyboard scanner of ours, and its parts counted.

The kernel gives no input node to a test; everything else is the till's own. Beside its configuration it listens at
`backstage.sock` for one JSON object a line, and answers each with one: {"scan": TEXT}, {"plug": bool},
{"loses_releases": bool}, {"count": true}.
"""

import asyncio
import gc
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bridge import logs
from bridge.config.loading import load
from bridge.daemon.hardware import Hardware
from bridge.daemon.reload import reloads_by_signal
from bridge.daemon.surroundings import Surroundings
from bridge.daemon.till import serve, stop_by_signal
from bridge.pos.server import PosServer
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.endpoints import InputEndpoint
from devices.errors import DeviceLost
from devices.transports.base import InputDevice
from devices.transports.kernel import KernelTransports

ALL_KEYS = range(256)


class WithKeyboard(KernelTransports):
    """The kernel's transports, and one input node that the kernel does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.keyboard = EmulatedKeyboardScanner()

    async def open_keyboard(self, _endpoint: InputEndpoint, *, grab: bool) -> InputDevice:
        return await self.keyboard.open()


class Backstage:
    """Plays the keyboard and counts; takes part in nothing else."""

    def __init__(self, keyboard: EmulatedKeyboardScanner, path: Path) -> None:
        self._keyboard = keyboard
        self._path = path
        self._server: asyncio.Server | None = None

    async def attend(self, _server: PosServer) -> None:
        await self._keyboard.plug()
        self._server = await asyncio.start_unix_server(self._serve, self._path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(await self._done(json.loads(line))).encode() + b"\n")
        writer.close()

    async def _done(self, wish: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        match wish:
            case {"scan": str(text)}:
                return await self._scan(text)
            case {"plug": bool(is_plugged)}:
                await (self._keyboard.plug() if is_plugged else self._keyboard.unplug())
            case {"loses_releases": bool(loses)}:
                self._keyboard.loses_releases = ALL_KEYS if loses else ()
            case {"count": True}:
                gc.collect()
                return {"tasks": len(asyncio.all_tasks()), "objects": len(gc.get_objects())}
        return True

    async def _scan(self, text: str) -> bool:
        try:
            await self._keyboard.scan(text)
        except DeviceLost:
            return False
        return True


async def run(file: Path) -> None:
    transports = WithKeyboard()
    backstage = Backstage(transports.keyboard, file.with_name("backstage.sock"))
    config = load(file)
    surroundings = Surroundings(
        hardware=Hardware(transports), reloads=reloads_by_signal(partial(load, file)), attend=backstage.attend
    )
    await serve(config, stop_by_signal(), surroundings)


if __name__ == "__main__":
    logs.configure()
    asyncio.run(run(Path(sys.argv[-1])))
