"""What a display shows by itself: screens that give way, the idle text with its clock, the night."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path

import pytest

from bridge.desk.screens.screens import Screens
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.idle import Idle, Night
from devices.documents import DARK, Screen
from tests.shop.near_shop import NearShop
from tests.shop.shop import CARD, Shop, open_shop

DEADLINE_S = 5.0
SOON = timedelta(milliseconds=20)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Wall:
    """A glass that remembers."""

    is_online = True

    def __init__(self) -> None:
        self.shown: list[Screen] = []
        self._changed = asyncio.Condition()
        self._telling: set[asyncio.Task[None]] = set()

    def show(self, screen: Screen) -> None:
        self.shown.append(screen)
        task = asyncio.create_task(self._tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def until(self, *screens: Screen) -> None:
        """Until these were shown, one after the other, and nothing else."""
        try:
            async with asyncio.timeout(DEADLINE_S), self._changed:
                await self._changed.wait_for(lambda: len(self.shown) >= len(screens))
        except TimeoutError:
            pass
        assert self.shown == list(screens)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class Bench:
    """Screens of one display, whose idle time is short; the clock goes from moment to moment with each look at it."""

    def __init__(self, idle: Idle, *moments: datetime) -> None:
        self.wall = Wall()
        self.is_serving = False
        clock = chain(moments, repeat(moments[-1] if moments else NOON))
        self.screens = Screens({"pole": self.wall}, idle, lambda: next(clock))

    def start(self) -> None:
        self.screens.start(lambda: self.is_serving)


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    opened: list[Bench] = []
    yield opened
    for bench in opened:
        bench.screens.stop()


def text(*rows: str) -> Screen:
    return Screen(rows)


def bench_of(benches: list[Bench], idle: Idle, *moments: datetime) -> Bench:
    benches.append(Bench(idle, *moments))
    return benches[-1]


async def test_screen_before_returns(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle())
    bench.start()
    bench.screens.show(["lasting"])
    bench.screens.show(["one"], for_ms=600_000)
    bench.screens.show(["two"], for_ms=1)
    await bench.wall.until(text("lasting"), text("one"), text("two"), text("lasting"))


async def test_lasting_screen_ends_one_that_gives_way(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle())
    bench.screens.show(["passing"], for_ms=1)
    bench.screens.show(["lasting"])
    bench.screens.show(["end"], for_ms=20)
    await bench.wall.until(text("passing"), text("lasting"), text("end"), text("lasting"))


async def test_nothing_of_itself_where_nothing_is_configured(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(after=SOON))
    bench.start()
    bench.screens.show(["lasting"])
    assert bench.screens._panes["pole"]._timer is None


async def test_idle_from_the_start_and_again_after_each_screen(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("Добро пожаловать",), after=SOON))
    bench.start()
    bench.screens.show(["sale"])
    idle = text("Добро пожаловать")
    await bench.wall.until(idle, text("sale"), idle)
    assert bench.screens._panes["pole"]._timer is None  # no clock, no wake-up


async def test_passing_screen_gives_way_to_the_idle_one(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("idle",), after=SOON))
    bench.start()
    bench.screens.show(["advertisement"], for_ms=1)
    await bench.wall.until(text("idle"), text("advertisement"), text("idle"))


async def test_screen_that_was_there_before_the_start_stays_its_time(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("idle",), after=SOON))
    bench.screens.show(["card"])
    bench.start()
    await bench.wall.until(text("card"), text("idle"))


async def test_sale_that_takes_its_time_keeps_its_screen(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("idle",), after=timedelta(milliseconds=1)))
    bench.is_serving = True
    asked = asyncio.Event()

    def is_serving() -> bool:
        asked.set()
        return bench.is_serving

    bench.screens.show(["sale"])
    bench.screens.start(is_serving)
    for _ in range(3):
        asked.clear()
        async with asyncio.timeout(DEADLINE_S):
            await asked.wait()
        assert bench.wall.shown == [text("sale")]
    bench.is_serving = False
    await bench.wall.until(text("sale"), text("idle"))


async def test_start_in_the_middle_of_a_sale_is_not_idle(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("idle",), after=timedelta(milliseconds=1)))
    bench.is_serving = True
    bench.start()
    assert bench.wall.shown == []
    bench.is_serving = False
    await bench.wall.until(text("idle"))


async def test_clock_goes_on_by_the_minute(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("{time}",)), NOON - SOON, NOON)
    bench.start()
    await bench.wall.until(text("11:59"), text("12:00"))
    timer = bench.screens._panes["pole"]._timer
    assert timer is not None
    assert timer.when() - asyncio.get_running_loop().time() > 50  # not before the next minute


async def test_night_falls_and_ends(benches: list[Bench]) -> None:
    idle = Idle(("{time}",), night=Night.of("12:00-12:01"))
    bench = bench_of(benches, idle, NOON - SOON, NOON + timedelta(minutes=1) - SOON, NOON + timedelta(minutes=1))
    bench.start()
    await bench.wall.until(text("11:59"), DARK, text("12:01"))


async def test_night_without_an_idle_text_leaves_the_day_alone_and_no_customer_till_the_morning(
    benches: list[Bench],
) -> None:
    idle = Idle(after=timedelta(), night=Night.of("12:00-12:01"))
    bench = bench_of(benches, idle, NOON - SOON, NOON + timedelta(minutes=1) - SOON, NOON + timedelta(minutes=1))
    bench.screens.show(["evening"])
    bench.start()
    await bench.wall.until(text("evening"), text("evening"), DARK, text())


async def test_sale_at_night_is_shown(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(night=Night.of("12:00-13:00"), after=SOON), NOON)
    bench.start()
    bench.screens.show(["sale"])
    await bench.wall.until(DARK, text("sale"), DARK)


async def test_long_sleep_of_the_machine_is_noticed_within_the_hour(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(night=Night.of("23:00-07:00")), NOON)
    bench.start()
    timer = bench.screens._panes["pole"]._timer
    assert timer is not None
    assert 3500 < timer.when() - asyncio.get_running_loop().time() <= 3600


async def test_display_that_is_not_configured(benches: list[Bench]) -> None:
    with pytest.raises(DeviceUnavailable, match=r"no display 'other' is configured \(known: pole\)"):
        bench_of(benches, Idle()).screens.show(["text"], device="other")


class ShopWithIdleText(NearShop):
    def write_config(self) -> Path:
        config = super().write_config()
        with config.open("a", encoding="utf-8") as file:
            file.write('[messages]\nidle = ["Добро пожаловать", "{date} {time}"]\n')
        return config


@pytest.fixture
async def idle_shop(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, ShopWithIdleText) as opened:
        await opened.start()
        yield opened


async def test_idle_till_says_so_until_a_card_comes(idle_shop: Shop) -> None:
    rows = await idle_shop.display.until(lambda rows: rows[0].startswith("Добро пожаловать"))
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d {4}", rows[1])
    await idle_shop.scanner.scan(CARD)
    await idle_shop.display.until(lambda rows: "350" in rows[1])


async def test_another_idle_text_is_shown_at_once_where_the_display_is_idle(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("before",), after=SOON))
    bench.start()
    bench.screens.apply({"pole": bench.wall}, Idle(("after",), after=SOON))
    await bench.wall.until(text("before"), text("after"))


async def test_another_idle_text_leaves_a_screen_that_is_shown(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle())
    bench.start()
    bench.screens.show(["lasting"])
    bench.screens.apply({"pole": bench.wall}, Idle(("idle",), after=SOON))
    await bench.wall.until(text("lasting"), text("idle"))


async def test_displays_come_and_go(benches: list[Bench]) -> None:
    bench = bench_of(benches, Idle(("idle",), after=SOON))
    bench.start()
    other = Wall()
    bench.screens.apply({"side": other}, Idle(("idle",), after=SOON))
    await other.until(text("idle"))
    with pytest.raises(DeviceUnavailable):
        bench.screens.show(["gone"], "pole")
