"""A customer display on its own: its port, its glass in the terminal, and what a person can do to it."""

import sys
from dataclasses import dataclass
from signal import SIGUSR1, SIGUSR2

import click

from bridge.emulation import drawing
from bridge.emulation.alone.keys import Key, obey, tell
from devices.emulation.display import EmulatedDisplay, Rows
from devices.emulation.pty import PtyLink


@dataclass(frozen=True, slots=True)
class DisplayChoice:
    """What to emulate. encoding: how its characters look, whatever code page is selected."""

    link: PtyLink
    command_set: str
    rows: int
    columns: int
    encoding: str


async def show_display(choice: DisplayChoice) -> None:
    """Until it is told to end. OSError: the link to its node cannot be made."""
    view = GlassView(is_live=sys.stdout.isatty())
    display = EmulatedDisplay(
        choice.link,
        choice.rows,
        choice.columns,
        choice.encoding,
        choice.command_set,
        on_change=view.show,
    )
    display.on_unknown = lambda frame: view.say(f"unknown   {frame.hex(' ')}")
    async with display:
        tell(f"display   {choice.link.path}")
        tell(f"          {choice.command_set}, {choice.rows} x {choice.columns}, {choice.encoding}")
        await obey(_keys(display), view.say)


class GlassView:
    """The glass on stdout: on a terminal drawn over itself, else each picture as a line, row after row."""

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live
        self._lines_above = 0

    def show(self, rows: Rows) -> None:
        if not self._is_live:
            click.echo(f"│{'│'.join(rows)}│")
            return
        picture = drawing.glass(rows)
        if self._lines_above:
            click.echo(_UP.format(self._lines_above), nl=False)
        click.echo("\n".join(picture))
        self._lines_above = len(picture)

    def say(self, text: str) -> None:
        """Between two pictures: the next one is drawn below it."""
        self._lines_above = 0
        tell(text)


_UP = "\x1b[{}A"  # ECMA-48 CUU: the cursor goes up so many lines


def _keys(display: EmulatedDisplay) -> list[Key]:
    async def power() -> str:
        await display.power_cut()
        return "now       dark after a power cut"

    async def cable() -> str:
        if display.link.is_plugged:
            await display.unplug()
            return "now       cable pulled"
        await display.plug()
        return f"now       plugged in, {display.link.path}"

    return [Key("o", "power cut", power, SIGUSR1), Key("u", "cable pulled", cable, SIGUSR2)]
