"""The handlers of `emulation.*`: params in, the bench moved or looked at, results out."""

from collections import Counter
from collections.abc import Callable, Mapping

from bridge.emulation.bench.bench import Bench
from bridge.emulation.bench.providers import MemberView, Trouble
from bridge.emulation.bench.scanners import Manner, Shot
from bridge.emulation.methods import messages as m
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from devices.codecs.escpos_view import Line, Page, Symbol


class EmulationHandlers:
    """columns_of: how wide a printer's paper is."""

    def __init__(self, bench: Bench, columns_of: Callable[[str], int]) -> None:
        self._bench = bench
        self._columns_of = columns_of

    def table(self) -> Mapping[str, Handler]:
        return {
            "emulation.scan": self._scan,
            "emulation.unplug": self._unplug,
            "emulation.plug": self._plug,
            "emulation.fault": self._fault,
            "emulation.screen": self._screen,
            "emulation.paper": self._paper,
            "emulation.provider": self._provider,
        }

    async def _scan(self, params: m.ScanParams, _caller: Caller) -> None:
        shot = Shot(params.data, params.identifier, params.pause_ms, params.ends, Manner(params.manner))
        await self._bench.scan(params.device, shot)

    async def _unplug(self, params: m.UnplugParams, _caller: Caller) -> None:
        await self._bench.unplug(params.device)

    async def _plug(self, params: m.PlugParams, _caller: Caller) -> None:
        await self._bench.plug(params.device, renumbered=params.renumbered)

    async def _fault(self, params: m.FaultParams, _caller: Caller) -> None:
        await self._bench.fault(params.device, params.fault, is_on=params.on, after_lines=params.after_lines)

    def _screen(self, params: m.ScreenParams, _caller: Caller) -> m.Glass:
        name, display = self._bench.display(params.device)
        return m.Glass(
            device=name,
            rows=list(display.rows),
            dark=display.is_dark,
            brightness=display.brightness,
            unknown=len(display.unknown),
        )

    def _paper(self, params: m.PaperParams, _caller: Caller) -> m.PrintedPaper:
        name, printer = self._bench.printer(params.device)
        return m.PrintedPaper(
            device=name,
            columns=self._columns_of(name),
            pages=[_page(page) for page in printer.paper.pages],
            drawer_pulses=printer.paper.drawer_pulses,
            unknown=len(printer.paper.unknown),
        )

    async def _provider(self, params: m.ProviderParams, _caller: Caller) -> m.ProviderResult:
        name, provider = self._bench.provider(params.provider)
        if params.fault is not None:
            trouble = None if params.fault == "none" else Trouble(params.fault)
            await self._bench.trouble(name, trouble, params.method, params.seconds)
        asked = Counter(request.path for request in provider.asked())
        return m.ProviderResult(
            provider=name,
            kind=provider.kind,
            fault=provider.trouble.value if provider.trouble else None,
            members=[_member(member) for member in provider.members()],
            asked=[m.AskedResult(path=path, times=times) for path, times in asked.items()],
        )


def _page(page: Page) -> m.PaperPage:
    return m.PaperPage(items=[_item(item) for item in page.items], cut=page.cut)


def _item(item: Line | Symbol) -> m.PaperItem:
    if isinstance(item, Symbol):
        return m.PaperItem(text=item.data, symbol=item.kind, bold=False, double=False, align=item.align)
    return m.PaperItem(text=item.text, symbol=None, bold=item.bold, double=item.double, align=item.align)


def _member(member: MemberView) -> m.MemberResult:
    return m.MemberResult(
        card=member.card, phone=member.phone, name=member.name, points=member.points, blocked=member.is_blocked
    )
