"""An emulated line display: it takes the bytes that a real one is sent and shows them."""

import asyncio
from collections.abc import Callable
from functools import partial

from devices.codecs.glass import Glass
from devices.emulation.pluggable import UNTIL_DEADLINE_S, Pluggable
from devices.emulation.pty import PtyLink
from devices.errors import DeviceLost

Rows = tuple[str, ...]


class EmulatedDisplay(Pluggable[PtyLink]):
    """A display on the far end of a PTY: plugged in by entering it, dark while unplugged.

    on_change is called with the rows whenever they have become others, on_unknown with each frame that no display of
    this command set would understand. bytes_per_s: how many it takes; while it is
    busy with them it holds the line. None: all that come.
    """

    def __init__(
        self,
        link: PtyLink,
        rows: int = 2,
        columns: int = 20,
        encoding: str = "cp866",
        command_set: str = "epson",
        on_change: Callable[[Rows], None] = lambda _rows: None,
    ) -> None:
        super().__init__(link, self._watch)
        self.bytes_per_s: float | None = None
        self.bytes_taken = 0
        self._on_change = on_change
        self.on_unknown: Callable[[bytes], None] = lambda _frame: None
        self._make_glass = partial(Glass, rows, columns, encoding, command_set)
        self._glass = self._make_glass()
        self._shown = self._glass.rows
        self._changed = asyncio.Condition()

    @property
    def rows(self) -> Rows:
        """What the customer sees."""
        return self._glass.rows

    @property
    def is_dark(self) -> bool:
        """Switched off by command."""
        return self._glass.is_dark

    @property
    def brightness(self) -> int | None:
        """From 1, the dimmest; None: the display's own."""
        return self._glass.brightness

    @property
    def unknown(self) -> tuple[bytes, ...]:
        """Bytes that no display of this command set would understand."""
        return tuple(self._glass.unknown)

    async def plug(self, *, renumbered: bool = False) -> None:
        """Power up, dark; as PtyLink.plug. Does nothing when plugged in."""
        if not self.is_plugged:
            self._glass = self._make_glass()
        await super().plug(renumbered=renumbered)

    async def unplug(self) -> None:
        await super().unplug()
        await self._show(self._make_glass())

    def jam(self) -> None:
        """Take no more bytes, until clear_jam or the next plug."""
        self.link.hold()

    def clear_jam(self) -> None:
        self.link.release()

    async def power_cut(self) -> None:
        """Dark and with nothing set, while the cable stays: the driver cannot tell."""
        await self._show(self._make_glass())

    async def until(self, is_right: Callable[[Rows], bool], deadline_s: float = UNTIL_DEADLINE_S) -> Rows:
        """The rows, once `is_right` holds for them. TimeoutError, with what is shown, when it does not in time."""
        try:
            async with asyncio.timeout(deadline_s), self._changed:
                await self._changed.wait_for(lambda: is_right(self.rows))
        except TimeoutError:
            raise TimeoutError(f"the display still shows {self.rows!r}") from None
        return self.rows

    async def _watch(self) -> None:
        while True:
            try:
                data = await self.link.read()
            except DeviceLost:
                return
            await self._take(data)

    async def _take(self, data: bytes) -> None:
        self.bytes_taken += len(data)
        known = self._glass.unknown_count
        self._glass.feed(data)
        fresh = self._glass.unknown_count - known
        for frame in self.unknown[-fresh:] if fresh else ():
            self.on_unknown(frame)
        await self._show(self._glass)
        if self.bytes_per_s is not None:
            self.link.hold()
            await asyncio.sleep(len(data) / self.bytes_per_s)
            self.link.release()

    async def _show(self, glass: Glass) -> None:
        async with self._changed:
            self._glass = glass
            self._changed.notify_all()
        if glass.rows != self._shown:
            self._shown = glass.rows
            self._on_change(glass.rows)
