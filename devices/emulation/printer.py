"""An emulated receipt printer: it takes the bytes that a real one is sent, shows the paper and tells its state."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from devices.codecs.escpos_view import Paper
from devices.emulation.pluggable import UNTIL_DEADLINE_S, Link, Pluggable
from devices.emulation.printer_mechanism import Condition, Mechanism
from devices.errors import DeviceLost


class EmulatedPrinter(Pluggable[Link]):
    """A printer on the far end of `link`: plugged in by entering it.

    It answers status queries as a TM-T20 does; is_mute: not at all; is_clone: DLE EOT alone. slowness_s: a pause before
    it takes each piece of what was sent, and before each answer. The paper, and what stands in its buffer, stay while
    it is unplugged. on_change is called with the paper after whatever came for it.
    """

    def __init__(
        self,
        link: Link,
        paper: Paper | None = None,
        on_change: Callable[[Paper], None] = lambda _paper: None,
        *,
        is_clone: bool = False,
    ) -> None:
        super().__init__(link, self._print)
        self.is_mute = False
        self.slowness_s = 0.0
        self._on_change = on_change
        self._mechanism = Mechanism(paper or Paper(), is_clone=is_clone)
        self._changed = asyncio.Condition()
        self._takes_bytes = asyncio.Event()
        self._takes_bytes.set()

    @property
    def paper(self) -> Paper:
        return self._mechanism.paper

    @property
    def condition(self) -> Condition:
        return self._mechanism.condition

    def jam(self) -> None:
        """Take no more bytes and say nothing."""
        self._takes_bytes.clear()

    def clear_jam(self) -> None:
        self._takes_bytes.set()

    async def change(self, **condition: bool) -> None:
        """Set what Condition has; what hindered it no more, it prints on from its buffer."""
        self._mechanism.condition = replace(self.condition, **condition)
        await self._go_on(self._mechanism.told_unasked())

    async def babble(self, garbage: bytes) -> None:
        """Say what is no answer to anything: noise on the line."""
        await self.link.write(garbage)

    def paper_out_after(self, lines: int) -> None:
        """The paper ends when so many more lines are printed."""
        self._mechanism.after_lines(lines, lambda: replace(self.condition, paper_out=True))

    def power_off_after(self, lines: int) -> None:
        """It goes dark in mid job: buffer and settings are lost, what is sent is lost too."""
        self._mechanism.after_lines(lines, lambda: replace(self.condition, is_on=False))

    async def no_trouble_after(self, **condition: bool) -> None:
        """What was to end it in mid job is over, come to pass or not; as `change`."""
        self._mechanism.nothing_after()
        await self.change(**condition)

    async def power_off(self) -> None:
        await self.change(is_on=False)

    async def power_on(self) -> None:
        await self.change(is_on=True)

    def forget_buffer(self) -> None:
        """As a reset does that the cashier makes with the feed button."""
        self._mechanism.forget()

    async def until(self, is_right: Callable[[Paper], bool], deadline_s: float = UNTIL_DEADLINE_S) -> Paper:
        """The paper, once `is_right` holds for it. TimeoutError, with what was printed, when it does not in time."""
        await self._until(lambda: is_right(self.paper), deadline_s)
        return self.paper

    async def until_condition(self, is_right: Callable[[Condition], bool]) -> None:
        """As `until`."""
        await self._until(lambda: is_right(self.condition), UNTIL_DEADLINE_S)

    async def until_held(self, data: bytes) -> None:
        """Until `data` stands in the buffer, unprinted."""
        await self._until(lambda: data in self._mechanism.held, UNTIL_DEADLINE_S)

    async def _until(self, is_right: Callable[[], bool], deadline_s: float) -> None:
        try:
            async with asyncio.timeout(deadline_s), self._changed:
                await self._changed.wait_for(is_right)
        except TimeoutError:
            raise TimeoutError(f"the paper only shows {self.paper.pages!r}") from None

    async def _print(self) -> None:
        try:
            while True:
                await self._takes_bytes.wait()
                await self._mechanism.has_room.wait()
                await asyncio.sleep(self.slowness_s)
                await self._go_on(self._mechanism.take(await self.link.read()))
        except DeviceLost:
            return

    async def _go_on(self, answers: bytes) -> None:
        async with self._changed:
            answers += self._mechanism.work()
            self._changed.notify_all()
        self._on_change(self.paper)
        if answers and not self.is_mute and self.is_plugged:
            await asyncio.sleep(self.slowness_s)
            await self.link.write(answers)
