"""What is being scanned comes to its end, and goes on to the cash program, before scanner and way are closed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from bridge.daemon.forwarding import KeptForward
from devices.categories import Scanner

log = structlog.get_logger()

# An EAN-13 takes 15 ms at 9600 baud, a long QR code half a second. Whoever sends no end to a scan must not hold us up.
SCANS_END_WITHIN_S = 0.5
# A marked code takes a wedge a seventh of a second; a port's program may not read at all.
HANDED_ON_WITHIN_S = 0.5
LOOK_EVERY_S = 0.01


async def scans_end(drivers: Mapping[str, Scanner]) -> None:
    """Until none of these is in the middle of a code: the rest of it would be another article's.

    What does not end goes on as far as it has come: the cash program gets its rest without us, or from the next daemon.
    """

    def unended() -> Sequence[str]:
        return [name for name, driver in drivers.items() if driver.is_mid_scan]

    for name in await _none_left(unended, SCANS_END_WITHIN_S):
        drivers[name].cut_off()
        log.warning("scan_cut_off", device=name, reason=f"it did not end within {SCANS_END_WITHIN_S:g} s")


async def handed_on(ways: Mapping[str, KeptForward]) -> None:
    """Until the cash program has all that was forwarded. Whoever closes a way tells what is dropped with it."""
    await _none_left(lambda: [name for name, way in ways.items() if way.forward.is_busy], HANDED_ON_WITHIN_S)


async def _none_left(names: Callable[[], Sequence[str]], within_s: float) -> Sequence[str]:
    """Until there are none; those that there are after so long."""
    for _ in range(round(within_s / LOOK_EVERY_S)):  # looks, not a clock: a process that was stopped gave nobody time
        if not names():
            break
        await asyncio.sleep(LOOK_EVERY_S)
    return names()
