"""The sections of an emulated till: what its devices show, and hands for them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from bridge.emulation.bench.bench import DISPLAY_FAULTS, PRINTER_FAULTS
from bridge.emulation.bench.providers import Trouble
from bridge.emulation.cash_program import ARTICLES
from bridge.emulation.panel.glass_picture import glass_picture
from bridge.emulation.panel.paper_picture import paper_picture
from bridge.emulation.panel.stage import Stage
from bridge.emulation.scenario.loading import Scenario
from bridge.emulation.scenario.stage import names_of
from bridge.panel.page import Section
from bridge.panel.sections import WIRE, Ask, open_sections
from bridge.panel.words import Words
from bridge.pos import messages as m
from devices.emulation.display import EmulatedDisplay


def desk_sections(stage: Stage, scenarios: list[Scenario], ask: Ask) -> list[Section]:
    """The whole panel, in its order."""
    desk = _Desk(stage, scenarios, ask)
    receipts, queue = open_sections(ask, stage.limits)
    return [
        Section("glass", desk.glass, "half"),
        Section("scanners", desk.scanners, "half"),
        replace(receipts, width="half"),
        Section("cash", desk.cash),
        Section("paper", desk.paper),
        Section("desk_provider", desk.provider),
        Section("bench", desk.devices, "wide"),
        replace(queue, width="half"),
        Section("scenarios", desk.scenarios, "half"),
        WIRE,
    ]


class _Desk:
    def __init__(self, stage: Stage, scenarios: list[Scenario], ask: Ask) -> None:
        self._stage = stage
        self._scenarios = scenarios
        self._ask = ask

    async def glass(self, _words: Words) -> Mapping[str, object]:
        displays = self._stage.made.bench.displays
        rows = {row.name: row for row in self._stage.made.config.displays}
        return {
            "displays": [
                {"name": name, "picture": _picture(display, rows[name].columns), "display": display}
                for name, display in displays.items()
            ]
        }

    async def scanners(self, _words: Words) -> Mapping[str, object]:
        bench = self._stage.made.bench
        return {
            "names": list(bench.scanners),
            "unplugged": [name for name in bench.scanners if not bench.is_plugged(name)],
            "members": [member for each in bench.providers.values() for member in each.members() if member.card],
            "spare": names_of(self._stage.made).get("unknown_card", ""),
            "articles": {code: name for code, (name, _) in ARTICLES.items()},
        }

    async def cash(self, _words: Words) -> Mapping[str, object]:
        cash = self._stage.cash
        return {"sale": cash.sale, "last": cash.last_sale, "problem": cash.problem}

    async def paper(self, _words: Words) -> Mapping[str, object]:
        made = self._stage.made
        columns = self._stage.columns
        return {
            "printers": [
                {
                    "name": name,
                    "picture": paper_picture(printer.paper.pages, columns[name]),
                    "unknown": len(printer.paper.unknown),
                    "columns": columns[name],
                }
                for name, printer in made.bench.printers.items()
            ]
        }

    async def provider(self, _words: Words) -> Mapping[str, object]:
        providers = self._stage.made.bench.providers
        return {
            "providers": [
                {
                    "name": name,
                    "kind": each.kind,
                    "trouble": each.trouble,
                    "members": each.members(),
                    "asked": Counter(request.path.partition("?")[0] for request in each.asked()),
                }
                for name, each in providers.items()
            ],
            "troubles": list(Trouble),
        }

    async def devices(self, _words: Words) -> Mapping[str, object]:
        bench = self._stage.made.bench
        listed = (await self._ask("device.list", m.NoParams())).devices
        kinds = {**dict.fromkeys(bench.displays, DISPLAY_FAULTS), **dict.fromkeys(bench.printers, PRINTER_FAULTS)}
        return {
            "devices": [
                {
                    "told": device,
                    "is_plugged": bench.is_plugged(device.name),
                    "faults": kinds.get(device.name, ()),
                    "standing": bench.faults.get(device.name, ()),
                }
                for device in listed
            ]
        }

    async def scenarios(self, _words: Words) -> Mapping[str, object]:
        return {"scenarios": self._scenarios, "performance": self._stage.performance}


def _picture(display: EmulatedDisplay, columns: int) -> Markup:
    return Markup(  # noqa: S704 - drawn and escaped by us
        glass_picture(display.rows, columns, is_dark=display.is_dark, brightness=display.brightness)
    )
