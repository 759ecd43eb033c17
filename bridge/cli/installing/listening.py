"""Which device a scan comes from: all that may be scanners are read at once, none is taken from anybody."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from devices.categories import Scanner
from devices.endpoints import SerialEndpoint, parse_endpoint
from devices.errors import DeviceError
from devices.events import DataEvent
from devices.opening import ScannerSettings
from devices.plugged import Plugged
from devices.registry import SCANNERS

# Shorter is a person at a keyboard, or noise on a line.
SHORTEST_SCAN = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """Which device scanned, and what."""

    device: Plugged
    event: DataEvent


@dataclass(slots=True)
class Listening:
    """open: what is listened to. deaf: which cannot be, and why."""

    open: list[tuple[Plugged, Scanner]] = field(default_factory=list)
    deaf: list[str] = field(default_factory=list)

    async def first_scan(self, within_s: float) -> Heard | None:
        """None: nobody scanned in time."""
        heard: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._listen(device, scanner, heard)) for device, scanner in self.open]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(heard), within_s)
            for task in tasks:
                task.cancel()
        return heard.result() if heard.done() else None

    async def _listen(self, device: Plugged, scanner: Scanner, heard: asyncio.Future[Heard]) -> None:
        def emit(event: DataEvent) -> None:
            if len(event.scan_data_label) >= SHORTEST_SCAN and not heard.done():
                heard.set_result(Heard(device, event))

        try:
            await scanner.run(emit)
        except DeviceError as error:
            self.deaf.append(f"{device}: {error.what}")


@asynccontextmanager
async def listening(devices: Sequence[Plugged], line: SerialEndpoint) -> AsyncIterator[Listening]:
    """All of them open that can be. line: the settings of serial lines.

    Wrong settings make rubbish of a scan, and who sent it is known all the same.
    """
    found = Listening()
    async with AsyncExitStack() as stack:
        for device in devices:
            endpoint = parse_endpoint(f"{device.scheme}://{device.path}")
            if isinstance(endpoint, SerialEndpoint):
                endpoint = replace(line, path=device.path, identity=None)
            settings = ScannerSettings(device.path, lambda: datetime.now(UTC), grab=False)
            try:
                scanner = await stack.enter_async_context(SCANNERS[type(endpoint)](endpoint, settings))
            except DeviceError as error:
                found.deaf.append(f"{device}: {error.what}")
            else:
                found.open.append((device, scanner))
        yield found
