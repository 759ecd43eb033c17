"""Cards from a local file, points in a local ledger: a whole programme without a network.

See docs/providers/card-file.md.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bridge.domain.errors import ProviderRefused, ProviderUnavailable
from bridge.domain.known_card import CardPage, NewCard, Registered
from bridge.domain.member import Member
from bridge.domain.money import NO_POINTS, Points, points
from bridge.domain.moves import Absent, Away, Done, Move, Purchase, Reply, Return, SaleStyle, StatusReply, Unknown
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.quote import Quote, ReturnQuote
from bridge.domain.reckoning import reckon
from bridge.domain.returns import give_back
from bridge.ports import CardRegister, CardSource, LoyaltyProvider, ProviderState, Traits
from bridge.providers.card_file.ledger import Book, Ledger
from bridge.providers.card_file.members import CardFileError
from bridge.providers.card_file.members_file import MembersFile
from bridge.providers.card_file.moves import Rules, balance, result_of, work_of
from bridge.providers.card_file.settings import CardFileSettings

T = TypeVar("T")


class CardFileProvider(LoyaltyProvider):
    """One `[[providers]]` entry of kind "card-file"."""

    kind = "card-file"
    traits = Traits(SaleStyle.ONE_CALL)

    def __init__(self, settings: CardFileSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._file = MembersFile(settings.members)
        self._ledger = Ledger(settings.ledger)
        self._ledger_fault = ""

    @property
    def state(self) -> ProviderState:
        """Unavailable while the file or the ledger cannot be read, the file's last good content serving or not."""
        is_well = not (self._file.fault or self._ledger_fault)
        return ProviderState.AVAILABLE if is_well else ProviderState.UNAVAILABLE

    @property
    def card_source(self) -> CardSource | None:
        return self

    @property
    def card_register(self) -> CardRegister | None:
        return self

    async def page(self, cursor: str) -> CardPage:
        try:
            page = await self._file.page(cursor)
        except CardFileError as error:
            raise ProviderUnavailable(str(error)) from None
        return replace(page, members=await self._with_balance(page.members))

    async def register(self, card: NewCard) -> Registered:
        """At the end of the members' file. ProviderRefused: it is not to be written to."""
        try:
            return await self._file.add(card)
        except CardFileError as error:
            raise ProviderRefused(str(error)) from None

    async def find(self, who: CardNumber | Phone) -> Member | None:
        """CardAmbiguous besides the two: several cards have this phone."""
        try:
            member = await self._file.find(who)
        except CardFileError as error:
            raise ProviderUnavailable(str(error)) from None
        return (await self._with_balance([member]))[0] if member else None

    async def search(self, who: Phone | PersonName, limit: int) -> Sequence[Member]:
        try:
            members = await self._file.search(who, limit)
        except CardFileError as error:
            raise ProviderUnavailable(str(error)) from None
        return await self._with_balance(members)

    async def quote(self, purchase: Purchase) -> Quote:
        member = await self.find(purchase.card)
        if member is None:
            raise ProviderRefused("no such card in the file")
        percent = self._settings.accrue_percent
        balance = member.balance or NO_POINTS
        limit = min(balance, reckon(member, purchase.basket, NO_POINTS, percent).room)
        redeemed = purchase.redeem if purchase.redeem <= limit else NO_POINTS
        reckoned = reckon(member, purchase.basket, redeemed, percent)
        return Quote(
            balance=balance,
            discount=reckoned.discount,
            discount_percent=member.discount_percent,
            max_redeem=Points(limit),
            redeemed=redeemed,
            accrual=reckoned.accrual,
            lines=reckoned.lines,
        )

    async def quote_return(self, refund: Return) -> ReturnQuote:
        found = await self._read(lambda book: book.sale(refund.base_ref))
        if found is None:
            raise ProviderRefused("the sale is not in the ledger")
        back = give_back(found[1], refund.total, refund.restore)
        return ReturnQuote(back.restored, back.reversed)

    async def send(self, move: Move) -> Reply:
        """Unknown when the ledger failed: whether the move is in it, `ask` sees."""
        try:
            rules = Rules(await self._file.members(), self._settings.accrue_percent)
            return await self._run(work_of(move, rules))
        except CardFileError as error:
            return Away(str(error))
        except sqlite3.Error as error:
            return Unknown(f"ledger: {error}")

    async def ask(self, move: Move) -> StatusReply:
        try:
            entry = await self._run(lambda book: book.entry(move.move_id))
        except sqlite3.Error as error:
            return Away(f"ledger: {error}")
        return Done(result_of(entry)) if entry else Absent("not in the ledger")

    def reference(self, move_id: str) -> str:
        """A purchase stands in the ledger under its move's id."""
        return move_id

    async def warm_up(self) -> None:
        """Reads the file and opens the ledger; what is wrong shows in `state` and in the log."""
        try:
            await self._file.members()
            await self._run(lambda _book: None)
        except (CardFileError, sqlite3.Error):
            return

    async def aclose(self) -> None:
        await self._ledger.aclose()

    async def _with_balance(self, members: Sequence[Member]) -> list[Member]:
        balances = await self._read(lambda book: _balances(book, members))
        return [replace(member, balance=balances[member.number.value]) for member in members]

    async def _read(self, work: Callable[[Book], T]) -> T:
        try:
            return await self._run(work)
        except sqlite3.Error as error:
            raise ProviderUnavailable(f"ledger: {error}") from None

    async def _run(self, work: Callable[[Book], T]) -> T:
        try:
            result = await self._ledger.run(work)
        except sqlite3.Error as error:
            self._ledger_fault = str(error)
            raise
        self._ledger_fault = ""
        return result


def _balances(book: Book, members: Sequence[Member]) -> Mapping[str, Points]:
    return {member.number.value: points(balance(book, member)) for member in members}
