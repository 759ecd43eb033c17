"""An emulated device with a cable: what it does, it does while it is plugged in."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

UNTIL_DEADLINE_S = 30.0  # what somebody waits for comes; on a busy machine it comes late


class Link(Protocol):
    """The device's end of a cable: PtyLink, TcpLink, UsbLink."""

    async def plug(self, *, renumbered: bool = False) -> None: ...

    async def unplug(self) -> None: ...

    async def read(self) -> bytes:
        """What the driver wrote. DeviceLost when unplugged."""
        ...

    async def write(self, data: bytes) -> None:
        """Send to the driver. DeviceLost when unplugged."""
        ...


L = TypeVar("L", bound=Link)


class Pluggable(Generic[L]):
    """Plugged in by `plug`, or by entering it; pulled by `unplug`, or by leaving it."""

    def __init__(self, link: L, live: Callable[[], Awaitable[None]]) -> None:
        """live: what it does from then on, until the cable is pulled."""
        self.link = link
        self._live = live
        self._life: asyncio.Future[None] | None = None

    @property
    def is_plugged(self) -> bool:
        return self._life is not None

    async def __aenter__(self) -> Self:
        await self.plug()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.unplug()

    async def plug(self, *, renumbered: bool = False) -> None:
        """As the link's. Does nothing when plugged in."""
        if self._life is None:
            await self.link.plug(renumbered=renumbered)
            self._life = asyncio.ensure_future(self._live())

    async def unplug(self) -> None:
        """Pull the cable. Does nothing when not plugged in."""
        await self.link.unplug()
        if self._life is not None:
            life, self._life = self._life, None
            life.cancel()
            await asyncio.wait({life})
            if not life.cancelled():
                life.result()
