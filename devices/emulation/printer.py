"""An emulated receipt printer: it takes the bytes that a real one is sent and shows the paper."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from devices.codecs.escpos_view import Paper
from devices.errors import DeviceLost

UNTIL_DEADLINE_S = 5.0


class Link(Protocol):
    """The device's end of a cable: PtyLink, TcpLink."""

    async def plug(self) -> None: ...

    async def unplug(self) -> None: ...

    async def read(self) -> bytes:
        """What the driver wrote. DeviceLost when unplugged."""
        ...


class EmulatedPrinter:
    """A printer on the far end of `link`: plugged in by entering it.

    The paper stays while it is unplugged. Status queries are not answered. on_change is called with the paper after
    whatever came for it.
    """

    def __init__(
        self,
        link: Link,
        paper: Paper | None = None,
        on_change: Callable[[Paper], None] = lambda _paper: None,
    ) -> None:
        self.link = link
        self._on_change = on_change
        self.paper = paper or Paper()
        self._changed = asyncio.Condition()
        self._takes_bytes = asyncio.Event()
        self._takes_bytes.set()
        self._printing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.plug()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.unplug()

    async def plug(self) -> None:
        """Does nothing when plugged in."""
        if self._printing is not None:
            return
        await self.link.plug()
        self._printing = asyncio.create_task(self._print())

    async def unplug(self) -> None:
        """Pull the cable. Does nothing when not plugged in."""
        await self.link.unplug()
        if self._printing is not None:
            printing, self._printing = self._printing, None
            printing.cancel()
            await asyncio.wait({printing})
            if not printing.cancelled():
                printing.result()

    def jam(self) -> None:
        """Take no more bytes, as with the paper out or the cover open."""
        self._takes_bytes.clear()

    def clear_jam(self) -> None:
        self._takes_bytes.set()

    async def until(self, is_right: Callable[[Paper], bool], deadline_s: float = UNTIL_DEADLINE_S) -> Paper:
        """The paper, once `is_right` holds for it. TimeoutError, with what was printed, when it does not in time."""
        try:
            async with asyncio.timeout(deadline_s), self._changed:
                await self._changed.wait_for(lambda: is_right(self.paper))
        except TimeoutError:
            raise TimeoutError(f"the paper only shows {self.paper.pages!r}") from None
        return self.paper

    async def _print(self) -> None:
        while True:
            await self._takes_bytes.wait()
            try:
                data = await self.link.read()
            except DeviceLost:
                return
            async with self._changed:
                self.paper.feed(data)
                self._changed.notify_all()
            self._on_change(self.paper)
