"""What is read is handed on within the callback that read it: no task is woken between a device and its driver."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from devices.errors import DeviceError
from devices.transports.base import Receiver


class Listening:
    """One receiver while it listens. Made, given to, lost, awaited and stopped by a transport.

    What the receiver raises ends it, and is raised where `over` is awaited.
    """

    def __init__(self, receiver: Receiver) -> None:
        """Needs a running event loop."""
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        # A loss is its result, a fault its exception: one that nobody awaits any more is then told by the loop.
        self._end: asyncio.Future[DeviceError] = self._loop.create_future()

    @property
    def is_over(self) -> bool:
        """It has ended, and its receiver is given nothing more."""
        return self._end.done()

    def give(self, data: bytes) -> bool:
        """Hand it on. False: it is over, and the data still the transport's."""
        if self._end.done():
            return False
        if self._timer is not None:
            self._stop_timer()
        self._tell(self._receiver.received, data)
        return True

    def lose(self, error: DeviceError) -> None:
        """The device is gone. Does nothing once it is over."""
        self._stop_timer()
        if not self._end.done():
            self._end.set_result(error)

    async def over(self) -> NoReturn:
        """Until it ends, by the DeviceError or by the receiver's fault."""
        raise await self._end

    def stop(self) -> None:
        """Nobody awaits it any more."""
        self._stop_timer()
        self._end.cancel()

    def _tell(self, tell: Callable[..., float | None], *data: bytes) -> None:
        try:
            gap_s = tell(*data)
        except Exception as fault:
            if self._end.done():  # the receiver has closed the device, and then failed
                raise
            self._end.set_exception(fault)
            return
        if gap_s is not None and not self._end.done():
            self._timer = self._loop.call_later(gap_s, self._look_again)

    def _look_again(self) -> None:
        """Where the loop was held up, data and the end of the gap are seen at the same time, and half a code could be
        another code: what lies there is read before a timer runs."""
        self._timer = self._loop.call_later(0, self._fall_silent)

    def _fall_silent(self) -> None:
        self._timer = None
        if not self._end.done():
            self._tell(self._receiver.silent)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
