"""A receipt printer on its own: its port, its paper in the terminal, and what a person can do to it."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGUSR1, SIGUSR2

import click

from bridge.emulation.alone.keys import Key, obey, tell
from bridge.emulation.drawing import PaperFeed, place_of
from bridge.emulation.stand_ins import paper_for
from devices.codecs.escpos_view import Page, Paper
from devices.codecs.escpos_view.pages import rendered
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import TcpLink
from devices.printers.profiles import Profile


@dataclass(frozen=True, slots=True)
class PrinterChoice:
    """What to emulate. save: the folder that each cut receipt goes to. is_clone: it answers DLE EOT alone."""

    link: TcpLink | PtyLink
    profile: Profile
    save: Path | None = None
    is_clone: bool = False


async def show_printer(choice: PrinterChoice) -> None:
    """Until it is told to end. OSError: its address cannot be had, or the folder cannot be made."""
    receipts = Receipts(choice.save, choice.profile.columns) if choice.save else None
    view = PaperView(choice.profile, receipts)
    printer = EmulatedPrinter(choice.link, paper_for(choice.profile), view.look_at, is_clone=choice.is_clone)
    async with printer:
        tell(f"printer   {_place(choice.link)}")
        tell(f"          {choice.profile.name}, {choice.profile.columns} columns, {choice.profile.encoding}")
        await obey(_keys(printer, choice.link))
    if receipts:
        receipts.keep_rest(printer.paper)


class PaperView:
    """The paper on stdout as it comes out; what the printer did not understand on stderr."""

    def __init__(self, profile: Profile, receipts: "Receipts | None") -> None:
        self._columns = profile.columns
        self._receipts = receipts
        self._feed = PaperFeed()

    def look_at(self, paper: Paper) -> None:
        frame = "│ " if sys.stdout.isatty() else ""
        for row in self._feed.new_rows(paper, self._columns):
            text = click.style(f"{row.text:{self._columns}}", bold=row.is_bold) if frame else row.text
            click.echo(f"{frame}{text}{frame[::-1]}")
        while paper.unknown:
            tell(f"unknown   {paper.unknown.popleft().hex(' ')}")
        if self._receipts:
            self._receipts.keep_cut(paper)


class Receipts:
    """Each piece of paper as a text file of its own, numbered on from those that are there."""

    def __init__(self, folder: Path, columns: int) -> None:
        """OSError: the folder cannot be made or read."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._columns = columns
        self._kept: Page | None = None
        self._number = max((int(path.stem) for path in folder.glob("*.txt") if path.stem.isdecimal()), default=0)

    def keep_cut(self, paper: Paper) -> None:
        pages = [page for page in paper.pages if page.cut]
        for page in pages[place_of(self._kept, pages) + 1 :]:
            self._kept = page
            self._write(page)

    def keep_rest(self, paper: Paper) -> None:
        """What still hangs in the printer."""
        for page in paper.pages:
            if not page.cut:
                self._write(page)

    def _write(self, page: Page) -> None:
        self._number += 1
        path = self._folder / f"{self._number:04}.txt"
        try:
            path.write_text("".join(f"{line}\n" for line in rendered(page, self._columns)), encoding="utf-8")
        except OSError as error:
            tell(f"not saved {path}: {error.strerror}")
        else:
            tell(f"saved     {path}")


def _keys(printer: EmulatedPrinter, link: TcpLink | PtyLink) -> list[Key]:
    """Each turns a trouble on, and off again."""

    def trouble(field: str, bad: str, good: str) -> Callable[[], Awaitable[str]]:
        async def turn() -> str:
            is_now = not getattr(printer.condition, field)
            await printer.change(**{field: is_now})
            return f"now       {bad if is_now else good}"

        return turn

    async def power() -> str:
        is_on = not printer.condition.is_on
        await printer.change(is_on=is_on)
        return f"now       switched {'on' if is_on else 'off'}"

    async def cable() -> str:
        if printer.is_plugged:
            await printer.unplug()
            return "now       cable pulled"
        await printer.plug()
        return f"now       plugged in, {_place(link)}"

    return [
        Key("p", "paper out", trouble("paper_out", "paper out", "paper in"), SIGUSR1),
        Key("n", "paper near its end", trouble("near_end", "paper near its end", "paper enough")),
        Key("c", "cover open", trouble("cover_open", "cover open", "cover closed"), SIGUSR2),
        Key("e", "cutter stuck", trouble("cutter_error", "cutter stuck", "cutter free")),
        Key("o", "switched off", power),
        Key("u", "cable pulled", cable),
    ]


def _place(link: TcpLink | PtyLink) -> str:
    return link.path if isinstance(link, PtyLink) else str(link.endpoint)
