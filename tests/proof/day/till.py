"""The till of a day: a shop with a keyboard scanner and HTTP besides, three clients of three kinds, and who is well."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from devices.emulation.printer import EmulatedPrinter
from tests.proof.books import Books
from tests.proof.day.clients import Customer, Monitor, Watcher
from tests.proof.day.patience import patiently, until
from tests.proof.day.tape import Reader, Tape
from tests.shop.shop import HTTP_TOKEN, Club, Shop, open_shop

COMES_BACK_WITHIN_S = 60
TOLD_WITHIN_S = 30
# Shorter than a till's: most of a day's time would be spent waiting for a provider that is silent.
TIMEOUT_MS = 500
WRITE_TIMEOUT_MS = 1000
KEYBOARD = """
[[scanners]]
name = "hand"
endpoint = "input:///dev/input/event77"
forward = "event"
"""


@dataclass
class DayTill:
    """books: the provider's. spoilt: scanners of which a scan may be lost or not be itself just now.

    step: which one of the day this is.
    """

    shop: Shop
    books: Books
    tape: Tape
    cash: Customer
    watcher: Watcher
    monitor: Monitor
    spoilt: set[str] = field(default_factory=set)
    step: int = 0
    _opened: dict[str, int] = field(default_factory=dict)
    _scanned: dict[str, str] = field(default_factory=dict)

    @property
    def paper(self) -> Reader:
        return self.tape.ours

    async def backstage(self, **wish: object) -> Any:  # noqa: ANN401 - JSON
        """What is told to the daemon's process beside its socket."""
        reader, writer = await asyncio.open_unix_connection(self.shop.folder / "backstage.sock")
        writer.write(json.dumps(wish).encode() + b"\n")
        answer = await patiently(reader.readline(), COMES_BACK_WITHIN_S, f"backstage {wish}")
        writer.close()
        await writer.wait_closed()
        return json.loads(answer)

    async def spoil(self, scanner: str) -> None:
        """From now on; where it is to be pulled, it is well again when it was opened once more.

        What was scanned before has arrived: a cable that is pulled takes with it what the kernel still has.
        """
        if text := self._scanned.get(scanner):
            await until(partial(self._is_told, scanner, text), TOLD_WITHIN_S, f"{text} of {scanner} is told")
        self.spoilt.add(scanner)
        self._opened[scanner] = (await self.devices())[scanner]["counters"]["opened"]

    async def mend(self) -> None:
        """Whoever was opened again since it was pulled is well again."""
        listed = await self.devices()
        for scanner in set(self.spoilt):
            device = listed[scanner]
            if device["state"] == "online" and device["counters"]["opened"] > self._opened[scanner]:
                self.spoilt.discard(scanner)

    async def devices(self) -> Mapping[str, dict[str, Any]]:
        return {device["name"]: device for device in (await self.cash.call("device.list"))["devices"]}

    async def scan(self, scanner: str, text: str) -> bool:
        """Whether it surely arrives. Nothing is scanned with what is unplugged."""
        if scanner == "hand":
            await self.backstage(scan=text)
        elif self.shop.scanner.link.is_plugged:
            pause = self.shop.scanner.chunk_pause_s
            await self.shop.scanner.send(
                [bytes((byte,)) for byte in f"{text}\r".encode()] if pause else [f"{text}\r".encode()]
            )
        if scanner in self.spoilt:
            return False
        self._scanned[scanner] = text
        return True

    def take_heard(self) -> Sequence[Mapping[str, Any]]:
        """The events since the last rest; all that surely arrives is among them."""
        self._scanned.clear()
        return self.watcher.take()

    async def _is_told(self, scanner: str, text: str) -> bool:
        scans = (event["data"] for event in self.watcher.events if event["topic"] == "scan")
        return any((scan["device"], scan["data"]) == (scanner, text) for scan in scans)

    async def all_online(self) -> None:
        states: dict[str, str] = {}

        async def are_online() -> bool:
            states.update({name: device["state"] for name, device in (await self.devices()).items()})
            return set(states.values()) == {"online"}

        try:
            await until(are_online, COMES_BACK_WITHIN_S, "every device is online again")
        except AssertionError as error:
            raise AssertionError(f"{error}: {states}") from None


@asynccontextmanager
async def open_day(folder: Path, books: Books) -> AsyncIterator[DayTill]:
    """Its daemon runs, everything is well."""
    async with open_shop(folder) as shop, AsyncExitStack() as stack:
        tape = Tape()
        await stack.enter_async_context(books.served)
        shop.club = Club(books.kind, books.emulator.base_url, books.secrets)
        shop.more_of_club = f'profile = "{books.profile}"' if books.profile else ""
        await shop.printer.unplug()
        shop.printer = await stack.enter_async_context(EmulatedPrinter(shop.printer.link, tape))
        port = Monitor.free_port()
        shop.more = KEYBOARD + Monitor.section(port)
        shop.timeout_ms, shop.write_timeout_ms = TIMEOUT_MS, WRITE_TIMEOUT_MS
        shop.launcher = (sys.executable, "-m", "tests.proof.day.daemon")
        await shop.start()
        cash = await stack.enter_async_context(await Customer.connect(folder / "pos.sock"))
        monitor = await stack.enter_async_context(Monitor(port, HTTP_TOKEN))
        watcher = await stack.enter_async_context(await Watcher.connect(folder / "pos.sock"))
        await watcher.watch()  # so that the monitor hears no less
        till = DayTill(shop, books, tape, cash, watcher, monitor)
        await till.all_online()
        yield till
