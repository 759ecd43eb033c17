"""Which runs an exchange is made of: import first, so that nothing is offered that has just come."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from bridge.desk.programme import Programme, Programmes
from bridge.desk.settings import DeskSettings
from bridge.desk.sync.exporting import Exporter
from bridge.desk.sync.importing import Importer
from bridge.desk.sync.rows import RowFeed
from bridge.desk.sync.run import Direction, Run
from bridge.domain.card import recognise
from bridge.domain.errors import ProviderRefused
from bridge.domain.personal import CardNumber
from bridge.ports import CardDirectory, CardListFile

UNCHANGED = "the list is the one that was exported last"


class NothingToExchange(Exception):
    """There is nowhere to take cards from; str() says what is missing."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. direction None: both. provider None: all. feed: where the rows of a list come from."""

    direction: Direction | None = None
    provider: str | None = None
    is_dry: bool = False
    feed: RowFeed | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One run to be. provider None: each card's own, by the card formats."""

    direction: Direction
    provider: str | None
    work: Callable[[Run], Awaitable[None]]


class Planner:
    """Knows who can list cards, who takes them, and where the cash program's own list lies (file)."""

    def __init__(
        self,
        programmes: Programmes,
        settings: DeskSettings,
        directory: CardDirectory,
        file: CardListFile | None,
        importer: Importer,
        exporter: Exporter,
    ) -> None:
        self._programmes = programmes
        self._settings = settings
        self._directory = directory
        self._file = file
        self._importer = importer
        self._exporter = exporter

    def plans(self, order: Order) -> Sequence[Plan]:
        """At least one. NothingToExchange, or ProviderRefused where a provider cannot do what was asked for."""
        if order.feed is not None:
            return [self._of_feed(order, order.feed)]
        if order.direction is Direction.IMPORT:
            return self._imports(order) or self._refuse("lists its cards", order)
        exports = self._exports(order)
        plans = exports if order.direction is Direction.EXPORT else [*self._imports(order), *exports]
        if not plans:
            raise NothingToExchange(
                "nothing to exchange: send the cash program's list (--from FILE), or name it in [sync] export_from"
            )
        return plans

    def _of_feed(self, order: Order, feed: RowFeed) -> Plan:
        if order.direction is Direction.EXPORT:
            work = partial(self._exporter.from_rows, rows=feed.batches(), programme_of=self._takers(order))
            return Plan(Direction.EXPORT, order.provider, work)
        first = self._programmes.pick(order.provider)
        work = partial(self._importer.from_rows, rows=feed.batches(), programme_of=self._by_formats(order, first))
        return Plan(Direction.IMPORT, order.provider, work)

    def _imports(self, order: Order) -> list[Plan]:
        return [
            Plan(
                Direction.IMPORT,
                programme.name,
                partial(self._importer.from_provider, programme=programme, source=source),
            )
            for programme in self._asked(order)
            if (source := programme.provider.card_source)
        ]

    def _exports(self, order: Order) -> list[Plan]:
        takes_any = any(programme.provider.card_register for programme in self._asked(order))
        if self._file is None or (order.direction is None and not takes_any):
            return []
        work = partial(self._export_file, file=self._file, programme_of=self._takers(order))
        return [Plan(Direction.EXPORT, order.provider, work)]

    async def _export_file(self, run: Run, file: CardListFile, programme_of: Callable[[CardNumber], Programme]) -> None:
        """A list that was gone through to its end is not looked at again before it changes; a dry run looks anyway."""
        stamp, mark = await file.stamp(), f"export:{file.path}"
        if not run.is_dry and stamp == await self._directory.mark(mark):
            run.reason = UNCHANGED
            return
        await self._exporter.from_rows(run, file.batches(), programme_of)
        if not run.is_dry:
            await self._directory.set_mark(mark, stamp)

    def _takers(self, order: Order) -> Callable[[CardNumber], Programme]:
        takers = [programme for programme in self._asked(order) if programme.provider.card_register]
        return self._by_formats(order, takers[0] if takers else self._refuse("takes cards from a till", order))

    def _by_formats(self, order: Order, otherwise: Programme) -> Callable[[CardNumber], Programme]:
        """Whose card it is: the provider's that was asked for, else by the card formats."""

        def programme_of(number: CardNumber) -> Programme:
            found = recognise(self._settings.formats, number.value)
            return self._programmes.get(found.provider) if found else otherwise

        return (lambda _number: otherwise) if order.provider else programme_of

    def _asked(self, order: Order) -> Sequence[Programme]:
        return [self._programmes.get(order.provider)] if order.provider else list(self._programmes)

    def _refuse(self, what: str, order: Order) -> NoReturn:
        asked = ", ".join(f"{programme.name} ({programme.provider.kind})" for programme in self._asked(order))
        raise ProviderRefused(f"no provider {what}: {asked or 'none is configured'}")
