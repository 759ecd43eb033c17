"""The sections that every till has."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from bridge.masking import masked
from bridge.panel.limits import OverheardLimits
from bridge.panel.page import Section
from bridge.panel.words import Words
from bridge.pos import messages as m

Ask = Callable[[str, m.Params], Awaitable[Any]]
"""bridge.pos.dispatch.Dispatcher.ask: a method's result, of a call of our own."""

SHOWN_RECEIPTS = 5
SHOWN_TASKS = 50


def status_sections(ask: Ask, limits: OverheardLimits) -> list[Section]:
    """Devices, providers, receipts and queue; what is personal in them masked."""

    async def devices(_words: Words) -> Mapping[str, object]:
        return {"devices": _told((await ask("bridge.status", m.NoParams())).devices)}

    async def providers(_words: Words) -> Mapping[str, object]:
        return {"providers": _told((await ask("bridge.status", m.NoParams())).providers)}

    return [Section("devices", devices, "wide"), Section("providers", providers), *open_sections(ask, limits)]


def open_sections(ask: Ask, limits: OverheardLimits) -> list[Section]:
    """What is not finished: receipts and queue."""

    async def receipts(_words: Words) -> Mapping[str, object]:
        found: list[dict[str, Any]] = []
        for state in ("open", "prepared"):
            found += _told((await ask("receipt.list", m.ListParams(state=state, limit=SHOWN_RECEIPTS))).receipts)
        return {"receipts": found, "limits": {key: masked(value) for key, value in limits.of.items()}}

    async def queue(_words: Words) -> Mapping[str, object]:
        return {"tasks": _told((await ask("queue.list", m.NoParams())).tasks)[:SHOWN_TASKS]}

    return [Section("receipts", receipts), Section("queue", queue)]


async def nothing(_words: Words) -> Mapping[str, object]:
    """For sections that are filled by the page's script."""
    return {}


WIRE = Section("wire", nothing, "wide")


def _told(value: object) -> Any:  # noqa: ANN401 - JSON
    return masked(msgspec.to_builtins(value))
