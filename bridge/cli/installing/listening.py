"""Which device a scan comes from: all that may be scanners are read at once, none is taken from anybody."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from devices.endpoints import SerialEndpoint, parse_endpoint
from devices.errors import DeviceError
from devices.events import DataEvent
from devices.opening import ScannerSettings
from devices.plugged import Plugged
from devices.registry import SCANNERS

# Shorter is a person at a keyboard, or noise on a line.
SHORTEST_SCAN = 4


@dataclass(slots=True)
class Listening:
    """device, event: the first that scanned. deaf: which could not be opened, and why."""

    device: Plugged | None = None
    event: DataEvent | None = None
    deaf: list[str] = field(default_factory=list)


async def first_scan(devices: Sequence[Plugged], line: SerialEndpoint, within_s: float) -> Listening:
    """Wait for one scan; `device` is None where none came in time. line: the settings of serial lines.

    Wrong settings make rubbish of a scan, and who sent it is known all the same.
    """
    found, heard = Listening(), asyncio.Event()

    async def listen(device: Plugged) -> None:
        def emit(event: DataEvent) -> None:
            if len(event.scan_data_label) >= SHORTEST_SCAN and not heard.is_set():
                found.device, found.event = device, event
                heard.set()

        endpoint = parse_endpoint(f"{device.scheme}://{device.path}")
        if isinstance(endpoint, SerialEndpoint):
            endpoint = replace(line, path=device.path, identity=None)
        settings = ScannerSettings(device.path, lambda: datetime.now(UTC), grab=False)
        try:
            async with SCANNERS[type(endpoint)](endpoint, settings) as driver:
                await driver.run(emit)
        except DeviceError as error:
            found.deaf.append(f"{device}: {error.what}")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(listen(device)) for device in devices]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await heard.wait()
        for task in tasks:
            task.cancel()
    return found
