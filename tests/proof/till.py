"""One till without its devices and its socket: the whole desk on its journal, which can be killed and started again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from bridge.config.model import Provider, Sync
from bridge.config.profiles import load_profile, profile_file
from bridge.config.values import Duration
from bridge.daemon.card_exchange import sync_service
from bridge.desk.announcer import Announcer
from bridge.desk.desk import Desk, Outside, build_desk
from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.printing.queue import PrinterQueue
from bridge.desk.programme import Programme, Programmes
from bridge.desk.screens.screens import Screens
from bridge.desk.settings import DeskSettings
from bridge.desk.settling.gate import Gate
from bridge.directory import SqliteDirectory
from bridge.domain.card import CardFormat
from bridge.domain.errors import DeskError
from bridge.domain.idle import Idle
from bridge.domain.limits import RedeemRules
from bridge.ports import UNMEASURED, LoyaltyProvider, Meter
from bridge.providers import KINDS, build
from bridge.providers.maxma.settings import MaxmaSettings
from bridge.providers.rest.profile import Profile
from bridge.providers.rest.settings import RestSettings
from bridge.wording import load_wording
from devices.categories import NOBODY_COUNTS, JobProgress
from devices.documents import DrawerPulse, Printout
from tests.proof.books import Books
from tests.proof.loop import JumpingLoop
from tests.proof.mortal import mortal_journal

T = TypeVar("T")

STORE = "store-01"
WORDING = load_wording("ru")
BEGIN = datetime(2026, 11, 27, 9, tzinfo=UTC)
PRINT_WITHIN = timedelta(hours=1)
# Whose task this is: what a till began dies with it.
TILL: ContextVar["ProofTill | None"] = ContextVar("TILL", default=None)


class Died(Exception):
    """The till died before it answered."""


@dataclass(frozen=True)
class Outfit:
    """What a till has besides a desk. keep: how long receipts, and cards, are remembered.

    has_paper: a printer, which prints at once. remembers_cards: a card directory, seen to as the daemon does.
    """

    announcer: Announcer
    meter: Meter = UNMEASURED
    formats: Sequence[CardFormat] = ()
    keep: timedelta = timedelta(days=400)
    has_paper: bool = False
    remembers_cards: bool = False


class ProofTill:
    """`call` makes one call as a cash program does; a DeskError is an answer."""

    def __init__(self, loop: JumpingLoop, name: str, books: Books, folder: Path, outfit: Outfit | None = None) -> None:
        self.name = name
        self._outfit = outfit or Outfit(Silent())
        self.defects: list[BaseException] = []
        self.deaths = 0
        self.tasks: set[asyncio.Task[Any]] = set()
        self._loop = loop
        self._books = books
        self._folder = folder
        self._start()

    def call(self, make: Callable[[Desk], Awaitable[T]]) -> T:
        """Raises DeskError as the desk does, Died when the till dies first; it is started again then."""

        async def called() -> T:
            return await make(self.desk)

        TILL.set(self)
        task = self._loop.create_task(called())
        waiting: set[asyncio.Future[Any]] = {task, self.writer.dead}
        self._run(asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED))
        if self.writer.dead.done():
            self.kill()
            raise Died
        return task.result()

    def let_pass(self, seconds: float) -> None:
        """Time goes on for all tills."""
        self._run(asyncio.wait({self.writer.dead}, timeout=seconds))
        if self.writer.dead.done():
            self.kill()

    def kill(self) -> None:
        """Now, and start again."""
        self.deaths += 1
        self._end()
        self._start()

    def stop(self) -> None:
        self._end()

    def defect(self, context: dict[str, Any]) -> None:
        error = context.get("exception") or RuntimeError(str(context))
        if not isinstance(error, DeskError):  # an answer that its cash program did not live to hear
            self.defects.append(error)

    def _end(self) -> None:
        self.writer.die()
        while unfinished := [task for task in self.tasks if not task.done()]:
            for task in unfinished:
                task.cancel()
            self._run(asyncio.wait(unfinished, timeout=0.001))
        self.tasks.clear()
        self._run(self._directory.aclose())
        self.writer.close()

    def _start(self) -> None:
        TILL.set(self)
        self._run(self._started())

    async def _started(self) -> None:
        journal, self.writer = mortal_journal(self._folder / f"{self.name}.db")
        provider = self._provider()
        await provider.warm_up()
        queues = {"receipt": PrinterQueue(lambda _printout: None, PRINT_WITHIN)} if self._outfit.has_paper else {}
        printing = PrintRoom(journal, queues, self._now, WORDING.repeat_mark)
        rules = RedeemRules(multiple=provider.traits.multiple, rate=provider.traits.rate)
        programme = Programme(Gate(provider, self._loop.time), rules, KINDS[self._books.kind].policy)
        programmes = Programmes({"club": programme})
        self._directory = directory = SqliteDirectory(self._folder / "directory.db")
        outside = Outside(
            journal,
            directory,
            journal,
            programmes,
            Screens({}, Idle(), self._now),
            printing,
            self._outfit.announcer,
            self._now,
            self.spawn,
            self._outfit.meter,
        )
        self.programme = programme
        settings = DeskSettings(STORE, self.name, self._outfit.formats, WORDING, keep=self._outfit.keep)
        self.desk = build_desk(settings, outside)
        if self._outfit.remembers_cards:
            directory.turn_on()
            told = Sync(keep=Duration(days=self._outfit.keep.days))
            exchange = sync_service(told, settings, directory, programmes, self._now, self.spawn)
            self.spawn(exchange.keep_clearing(), "age of cards")
        for queue in queues:
            self.spawn(printing.serve(queue, PrintsAtOnce()), "printer")
        unfinished = await journal.unfinished()
        printing.load(unfinished)
        self.desk.take_up(unfinished)

    def _provider(self) -> LoyaltyProvider:
        told: dict[str, Any] = {"name": "club", "base_url": "http://127.0.0.1", "store": STORE, "store_name": "Магазин"}
        told |= self._books.secrets
        if self._books.kind == "maxma":
            return build("maxma", MaxmaSettings(**told, timeout_ms=1500, write_timeout_ms=10_000))
        kind = self._books.kind
        file = profile_file(Provider(name="club", kind=kind, profile=self._books.profile))
        assert file is not None
        return build(kind, RestSettings(**told, kind=kind, profile=_profile(file), till=self.name))

    def _now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._loop.time())

    def spawn(self, work: Any, name: str) -> None:  # noqa: ANN401 - any coroutine
        self._loop.create_task(work, name=name).add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, DeskError):
            self.defects.append(error)

    def _run(self, work: Awaitable[T]) -> T:
        return self._loop.run_until_complete(work)


@cache
def _profile(file: Path) -> Profile:
    return load_profile(file)


class PrintsAtOnce:
    """A devices.categories.PosPrinter that is always well."""

    async def print(self, _printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
        await progress.begins()
        progress.all_sent()
        return True

    async def ready(self) -> None: ...

    async def open_drawer(self, _pulse: DrawerPulse) -> None: ...


class Silent:
    """An announcer that nobody listens to."""

    def scan(self, *_: object) -> None: ...

    def card(self, *_: object) -> None: ...

    def card_failed(self, *_: object) -> None: ...

    def receipt(self, *_: object) -> None: ...

    def task(self, *_: object) -> None: ...

    def provider(self, *_: object) -> None: ...
