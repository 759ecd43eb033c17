"""`--show-test`: a screen on each display whose letters and edges tell whether command set and code page are right."""

import asyncio
from collections.abc import Iterator
from typing import Any

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.mending import mend_place
from bridge.cli.doctor.test_page import ruler
from bridge.cli.doctor.visit import Visit
from bridge.config.model import Display
from bridge.pos.client import CallError, Unreachable
from devices.displays.latest_screen import LatestScreen
from devices.displays.line_display import ByteLineDisplay
from devices.documents import Screen
from devices.endpoints import parse_endpoint
from devices.errors import DeviceError
from devices.registry import COMMAND_SETS
from devices.transports import open_transport

SHOWN_FOR_S = 10.0
# A screen of two rows takes 60 ms at 9600 baud, 500 at 1200.
SENT_WITHIN_S = 0.6
_LETTERS = "АБВЁЯ абвёя №"
_LOOK = f"the first row counts its columns, the second reads {_LETTERS!r}"
_WHY = "the customer sees nothing, or rubbish"


def show_test(visit: Visit) -> Iterator[Finding]:
    displays = visit.config.displays if visit.config else ()
    if not displays:
        yield Finding("show test", Level.WRONG, "no display is configured", mend="add [[displays]]")
    for display in displays:
        yield _by_daemon(visit, display) if visit.status is not None else _directly(display)


def rows_of(columns: int) -> tuple[str, str]:
    return ruler(columns)[1], _LETTERS


def _by_daemon(visit: Visit, display: Display) -> Finding:
    shown: dict[str, Any]
    try:
        shown = visit.ask(
            "display.show", rows=rows_of(display.columns), device=display.name, for_ms=round(SHOWN_FOR_S * 1000)
        )
    except (CallError, Unreachable) as error:
        return Finding(f"show {display.name}", Level.WRONG, str(error), _WHY, mend_place(display.endpoint, ""))
    if not shown["shown"]:
        return Finding(f"show {display.name}", Level.WRONG, "it is away", _WHY, mend_place(display.endpoint, ""))
    return well(f"show {display.name}", f"for {SHOWN_FOR_S:g} s: {_LOOK}")


def _directly(display: Display) -> Finding:
    try:
        asyncio.run(_shown(display))
    except DeviceError as error:
        return Finding(f"show {display.name}", Level.WRONG, error.what, _WHY, mend_place(display.endpoint, error.what))
    return well(f"show {display.name}", f"it was sent: {_LOOK}")


async def _shown(display: Display) -> None:
    """DeviceError: it could not be sent. The display stays so: no daemon has another screen for it."""
    stream = await open_transport(parse_endpoint(display.endpoint))
    latest = LatestScreen()
    latest.put(Screen.of(rows_of(display.columns)))
    driver = ByteLineDisplay(stream, COMMAND_SETS[display.command_set], display.settings(), latest)
    try:
        async with asyncio.timeout(SENT_WITHIN_S):
            await driver.run()
    except TimeoutError:
        return
    finally:
        await stream.aclose()
