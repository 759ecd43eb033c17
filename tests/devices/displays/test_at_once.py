"""Screens that are written inside `put`, as far as the line takes them: nobody waits for it, and nobody fails by it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.displays import line_display
from devices.displays.latest_screen import LatestScreen
from devices.documents import Screen
from devices.emulation.display import EmulatedDisplay
from devices.emulation.pty import PtyLink
from devices.errors import DeviceLost
from devices.transports import open_transport
from tests.devices.displays.narrow_line import NarrowLine, at_work, epson, turns_of_the_loop


@pytest.fixture
async def glass() -> AsyncIterator[EmulatedDisplay]:
    async with EmulatedDisplay(PtyLink()) as opened:
        yield opened


async def test_screen_is_written_before_put_returns() -> None:
    line = NarrowLine()
    display = epson(line)
    async with at_work(display):
        display.show(Screen(("Ищем карту...",)))
        assert line.shown() == ("Ищем карту...", "")
        before = line.bytes_written
        display.show(Screen(("Ищем карту...", "1")))
        assert line.shown() == ("Ищем карту...", "1")
        assert line.bytes_written - before == len(b"\x1f$\x01\x02") + 20  # the row that changed


async def test_screen_is_written_at_once_while_a_running_text_stands() -> None:
    line = NarrowLine()
    display = epson(line, marquee_ms=10_000)
    async with at_work(display):
        display.show(Screen(("0123456789ABCDEFGHIJ-runs",)))
        await turns_of_the_loop()
        display.show(Screen(("stands",)))
        assert line.shown() == ("stands", "")


@pytest.mark.parametrize("at_once", [0, 1, 30])
async def test_what_the_line_does_not_take_at_once_follows_and_then_the_newest(at_once: int) -> None:
    line = NarrowLine(at_once)
    display = epson(line)
    async with at_work(display):
        before = line.bytes_written
        line.at_once = at_once
        for number in range(9):
            display.show(Screen((f"screen {number}", f"{number}")))
        assert line.bytes_written - before == at_once
        await turns_of_the_loop()
        assert line.shown() == ("screen 8", "8")
        assert line.written.count(b"screen") == 2


async def test_line_that_is_behind_is_given_the_newest_alone() -> None:
    line = NarrowLine()
    display = epson(line)
    async with at_work(display):
        line.is_free.clear()
        for number in range(9):
            display.show(Screen((f"screen {number}",)))
            assert line.shown() == ("screen 0", "")
            if number % 2:
                await turns_of_the_loop()
        line.is_free.set()
        await turns_of_the_loop()
        assert (line.shown(), line.written.count(b"screen")) == (("screen 8", ""), 2)


@pytest.mark.parametrize("turns", range(4))
async def test_screen_put_before_the_driver_is_at_rest(turns: int) -> None:
    """While it is not running yet, and while it initialises the display."""
    line, latest = NarrowLine(), LatestScreen()
    latest.put(Screen(("first",)))
    line.is_free.clear()
    running = asyncio.create_task(epson(line, latest).run())
    for _ in range(turns):
        await asyncio.sleep(0)
    latest.put(Screen(("second",)))
    assert not line.written
    line.is_free.set()
    await turns_of_the_loop()
    assert (line.shown(), line.written.count(b"first")) == (("second", ""), 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_display_is_set_up_anew_inside_put(monkeypatch: pytest.MonkeyPatch) -> None:
    line = NarrowLine(at_once=10)
    display = epson(line)
    async with at_work(display):
        monkeypatch.setattr(line_display, "INIT_AGAIN_S", 0.0)
        init = line.written
        display.show(Screen(("first",)))
        display.show(Screen(("second",)))
        await turns_of_the_loop()
    assert line.written.count(init) == 3
    assert line.shown() == ("second", "")


async def test_display_that_hangs_up_inside_put_ends_the_driver_and_nobody_else(glass: EmulatedDisplay) -> None:
    stream, latest = await open_transport(glass.link.endpoint), LatestScreen()
    async with at_work(epson(stream, latest)) as running:
        await glass.unplug()
        for number in range(3):
            latest.put(Screen((f"{number}",)))
        async with asyncio.timeout(5):
            with pytest.raises(DeviceLost):
                await running
        latest.put(Screen(("nobody",)))
    await stream.aclose()


async def test_display_that_is_pulled_while_it_takes_nothing(glass: EmulatedDisplay) -> None:
    stream, latest = await open_transport(glass.link.endpoint), LatestScreen()
    async with at_work(epson(stream, latest)) as running:
        await glass.until(lambda _rows: glass.bytes_taken > 0)
        glass.jam()
        taken = stream.bytes_written
        for number in range(3):
            latest.put(Screen((f"{number}",)))
            await turns_of_the_loop()
        assert stream.bytes_written == taken
        await glass.unplug()
        async with asyncio.timeout(5):
            with pytest.raises(DeviceLost):
                await running
    await stream.aclose()


class DefectiveLine(NarrowLine):
    """A defect of ours below the driver."""

    def write_now(self, data: bytes) -> int:
        raise RuntimeError("a defect")


async def test_defect_met_inside_put_is_the_drivers() -> None:
    latest = LatestScreen()
    async with at_work(epson(DefectiveLine(), latest)) as running:
        latest.put(Screen(("any",)))
        async with asyncio.timeout(5):
            with pytest.raises(RuntimeError, match="a defect"):
                await running


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_whatever_the_line_takes_the_newest_screen_is_right(steps: list[tuple[int, bool, int, int]]) -> None:
    """steps: bytes taken at once, whether the line is free, which screen, turns of the loop behind it."""

    async def play() -> None:
        line = NarrowLine()
        display, screen = epson(line), Screen()
        async with at_work(display) as running:
            for line.at_once, is_free, number, turns in steps:
                line.is_free.set() if is_free else line.is_free.clear()
                screen = Screen((f"upper {number}", f"lower {number // 2}"))
                display.show(screen)
                for _ in range(turns):
                    await asyncio.sleep(0)
            line.is_free.set()
            await turns_of_the_loop()
            assert not running.done()
        assert line.shown() == (screen.rows or ("", ""))

    asyncio.run(play())
