"""Cards into the directory: new ones only, and none whose holder asked to be forgotten."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from bridge.desk.programme import Programme
from bridge.desk.sync.patience import Patience
from bridge.desk.sync.rows import Batches
from bridge.desk.sync.run import FORGOTTEN, Run
from bridge.domain.card_list import Refusal, for_directory
from bridge.domain.errors import ProviderRefused
from bridge.domain.known_card import KnownCard, Standing
from bridge.domain.member import Member
from bridge.domain.personal import CardNumber
from bridge.ports import CardDirectory, CardSource, Clock

# A member, and its line in the list; None = its provider listed it.
Listed = tuple[int | None, Member]


class Importer:
    """Writes to the directory alone; a dry run not even there."""

    def __init__(self, directory: CardDirectory, clock: Clock, patience: Patience) -> None:
        self._directory = directory
        self._clock = clock
        self._patience = patience

    async def from_provider(self, run: Run, programme: Programme, source: CardSource) -> None:
        """What its provider lists since the last time. A run that is cut off goes on behind its last whole page.

        ProviderUnavailable, ProviderRefused, DirectoryFailed.
        """
        mark = f"import:{programme.name}"
        cursor, is_last = await self._directory.mark(mark), False
        while not is_last:
            page = await self._patience.of(lambda: source.page(cursor))  # noqa: B023 - awaited within its round
            is_last = page.is_last
            if page.cursor == cursor and not is_last:
                raise ProviderRefused(f"the list of provider {programme.name} does not come to an end")
            await self._take(run, programme.name, [(None, member) for member in page.members])
            cursor = page.cursor
            if not run.is_dry:
                await self._directory.set_mark(mark, cursor)

    async def from_rows(self, run: Run, rows: Batches, programme_of: Callable[[CardNumber], Programme]) -> None:
        """What the cash program lists, for providers that cannot. RowsEnded, CardListFailed, DirectoryFailed."""
        async for batch in rows:
            groups: dict[str, list[Listed]] = defaultdict(list)
            for row in batch:
                judged = for_directory(row)
                if isinstance(judged, Refusal):
                    run.refuse(judged.line, judged.reason)
                else:
                    groups[programme_of(judged.number).name].append((row.line, judged))
            for provider, listed in groups.items():
                await self._take(run, provider, listed, is_listed=True)

    async def _take(self, run: Run, provider: str, listed: Sequence[Listed], *, is_listed: bool = False) -> None:
        standings = await self._directory.standing(provider, [member.number for _line, member in listed])
        new: dict[CardNumber, Member] = {}
        confirmed: list[Member] = []
        for (line, member), standing in zip(listed, standings, strict=True):
            if standing is Standing.FORGOTTEN:
                run.refuse(line, FORGOTTEN)
            elif standing is not Standing.NEW or member.number in new:
                run.known += 1
                confirmed += [member] if standing is Standing.LISTED and not is_listed else []
            else:
                new[member.number] = member
        if not run.is_dry:
            now = self._clock()
            await self._directory.add(
                [KnownCard(provider, member, now, is_listed) for member in (*new.values(), *confirmed)]
            )
        run.new += len(new)
