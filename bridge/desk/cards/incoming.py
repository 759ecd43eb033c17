"""A card comes in, by a scanner or by a call: looked up, shown, told to subscribers, attached to its receipt."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import structlog

from bridge.desk.announcer import Announcer
from bridge.desk.cards.card_paper import CardPaper
from bridge.desk.cards.lookups import Answer
from bridge.desk.deadline import done_by
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.sale.undoing import without_redemption
from bridge.desk.screens.screens import CardScreens
from bridge.desk.settings import DeskSettings
from bridge.domain.card import RecognisedCard, recognise
from bridge.domain.errors import CardNotFound, JournalFailed, ProviderRefused, ProviderUnavailable
from bridge.domain.known_card import KnownCard
from bridge.domain.member import AttachedCard, Entry, Member, Source
from bridge.domain.payment_card import is_payment_card
from bridge.domain.personal import CardNumber, ScanText, Who
from bridge.domain.policy import BalanceAt
from bridge.domain.receipt import PendingCard, Receipt
from devices.events import DataEvent

log = structlog.get_logger()

# A card scanned before its receipt is opened waits this long for it.
HELD_FOR = timedelta(seconds=60)
# A trigger pulled twice, a card swept over two scanners: one customer, one lookup, one message.
REPEATED_WITHIN = timedelta(seconds=2)


@dataclass(slots=True, eq=False)
class Presented:
    """A card that came in. receipt_id None: no receipt was open; it is held for the next one."""

    programme: Programme
    who: Who
    entry: Entry
    at: datetime
    answer: asyncio.Future[Answer]
    scan_id: str | None = None
    receipt_id: str | None = None

    @property
    def pending(self) -> PendingCard | None:
        """What a receipt remembers of it until the answer comes; a phone or a name is no card yet."""
        if not isinstance(self.who, CardNumber):
            return None
        return PendingCard(self.programme.name, self.who, self.entry)

    def remembered(self, known: KnownCard, source: Source, now: datetime) -> AttachedCard:
        """The card as we remember it."""
        member = self._told(known.member)
        if not self.programme.policy.offline_discount:
            member = replace(member, discount_percent=None)
        return AttachedCard(
            self.programme.name, member.number, self.entry, member, source, known.as_of, age=now - known.as_of
        )

    def attachable(self, answer: Answer) -> AttachedCard | None:
        """The card to attach after this answer: found, remembered, or not to be asked about; None: nobody knows it."""
        if answer.member is not None:
            member = self._told(answer.member)
            return AttachedCard(self.programme.name, member.number, self.entry, member, Source.ONLINE, answer.at)
        if answer.known is not None:
            return self.remembered(answer.known, Source.OFFLINE, answer.at)
        was_not_asked = isinstance(answer.error, ProviderUnavailable | ProviderRefused)
        if was_not_asked and isinstance(self.who, CardNumber) and self.programme.policy.offline_unknown:
            return AttachedCard(self.programme.name, self.who, self.entry, None, Source.OFFLINE, answer.at)
        return None

    def _told(self, member: Member) -> Member:
        """What is told of a member as its card comes in."""
        return member.without_points if self.programme.policy.balance is BalanceAt.PAYMENT else member


class CardDesk:
    """Owns the card last presented and the way each card takes to its receipt."""

    def __init__(
        self,
        rooms: Rooms,
        settings: DeskSettings,
        screens: CardScreens,
        paper: CardPaper,
        announcer: Announcer,
    ) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._lookups = rooms.lookups
        self._settler = rooms.settler
        self._clock = rooms.clock
        self._spawn = rooms.spawn
        self._warming = rooms.warming
        self._settings = settings
        self._screens = screens
        self._paper = paper
        self._announcer = announcer
        self._run = f"{rooms.clock():%Y%m%d-%H%M%S-%f}"  # no scan of another run has the same id
        self._scans = count(1)
        self._newest: Presented | None = None
        self._held: Presented | None = None
        self._newest_of: dict[str, Presented] = {}

    def handle_scan(self, event: DataEvent, pass_on: Callable[[DataEvent], None]) -> None:
        """A scan from any scanner: goods are passed on before anybody is told of them, and disturb nothing; a card is
        nobody else's business and starts its lookup; a payment card is nobody's at all."""
        card = recognise(self._settings.formats, event.scan_data_label, event.scan_data_type)
        if card is None:
            if is_payment_card(event.scan_data_label):
                log.warning("payment_card_refused", device=event.device)
                return
            pass_on(event)
        current = self._book.current()
        receipt_id = current.receipt_id if current else None
        repeated = self._repeated(card, receipt_id)
        scan_id = (repeated and repeated.scan_id) or f"{self._run}-{next(self._scans)}"
        if card is not None and repeated is None:
            programme = self._programmes.get(card.provider)
            presented = self._present(programme, card.number, Entry.SCAN, receipt_id, scan_id)
            self._held = presented if receipt_id is None else None
        self._announcer.scan(scan_id, event, card)
        if card is None:
            self._warming.sale_goes_on()
        log.info(
            "scanned",
            device=event.device,
            data=ScanText(event.scan_data_label),
            is_card=card is not None,
            is_repeat=repeated is not None,
        )

    def _repeated(self, card: RecognisedCard | None, receipt_id: str | None) -> Presented | None:
        """The scan that this one of the same card, for the same receipt, is no more than an echo of.

        None once another card came, or time passed, or that scan failed: then the cashier tries again.
        """
        first = self._newest
        if card is None or first is None or first.scan_id is None or first.receipt_id != receipt_id:
            return None
        is_same = (first.programme.name, first.who) == (card.provider, card.number)
        is_dropped = receipt_id is None and first is not self._held
        if not is_same or is_dropped:
            return None
        if not first.answer.done():
            return first
        is_recent = self._clock() - first.at <= REPEATED_WITHIN
        return first if is_recent and first.answer.result().error is None else None

    async def resolve(
        self, programme: Programme, who: Who, entry: Entry, receipt_id: str | None, wait_s: float
    ) -> AttachedCard:
        """Who a card is, as a call asks it; with a receipt_id it is attached there.

        CardNotFound, CardAmbiguous, ProviderRefused as the provider says; ProviderUnavailable also when `wait_s` runs
        out. Where the provider cannot be asked, or not in time, what we remember of the card is the answer.
        """
        presented = self._present(programme, who, entry, receipt_id, None)
        done, _ = await asyncio.wait({presented.answer}, timeout=wait_s)
        if not done:
            return await self._meanwhile(presented, wait_s)
        answer = presented.answer.result()
        await self._attach(presented, answer)
        card = presented.attachable(answer)
        if card is None or card.member is None:
            raise answer.error or CardNotFound(f"provider {programme.name} does not know {who}")
        return card

    def recognised(self, code: str, provider: str | None) -> RecognisedCard:
        """The card in a typed or picked code: by the formats, else as a number of the provider named or the first.

        CardNotFound for a payment card: no provider is asked about it.
        """
        card = recognise(self._settings.formats, code)
        if card is None and is_payment_card(code):
            log.warning("payment_card_refused")
            raise CardNotFound("this is the number of a payment card")
        if card is None or provider is not None:
            return RecognisedCard(self._programmes.pick(provider).name, CardNumber(code))
        return card

    async def claim_held(self, receipt_id: str) -> None:
        """The held card goes to the receipt that was just opened, unless it is too old."""
        held, self._held = self._held, None
        if held is None or self._clock() - held.at > HELD_FOR:
            return
        held.receipt_id = receipt_id
        self._newest_of[receipt_id] = held
        if held.answer.done():
            await self._attach(held, held.answer.result())
        else:
            await self._remember(receipt_id, held)

    def take_up(self, receipts: Iterable[Receipt]) -> None:
        """Ask again about the cards whose lookup the last run did not live to see."""
        for receipt in receipts:
            pending = receipt.pending
            if receipt.is_live and pending is not None and self._programmes.knows(pending.provider):
                programme = self._programmes.get(pending.provider)
                self._present(programme, pending.number, pending.entry, receipt.receipt_id, None)

    def forget(self, receipt_id: str) -> None:
        """No card waits for this receipt any more, nor is one of its to be shown when its answer comes."""
        self._newest_of.pop(receipt_id, None)
        newest = self._newest
        if newest and newest.receipt_id == receipt_id:
            self._newest = None
            if not newest.answer.done():  # which would have taken "searching" off the glass
                self._screens.clear()

    def drop_held(self) -> None:
        """A sale has ended: a card held since then was its customer's, not the next one's."""
        self._held = None

    def is_awaited(self, receipt_id: str) -> bool:
        """True while a card came in for this receipt and is not attached yet."""
        return receipt_id in self._newest_of

    async def attached_by(self, receipt_id: str, deadline: float) -> bool:
        """Wait for the lookup of this receipt's card and attach what it brings.

        False when the answer has not come by the loop's time `deadline`.
        """
        presented = self._newest_of.get(receipt_id)
        if presented is None:
            return True
        if not await done_by(presented.answer, deadline):
            return False
        await self._attach(presented, presented.answer.result())
        return True

    async def _meanwhile(self, presented: Presented, waited_s: float) -> AttachedCard:
        """What we remember of a card whose provider is still being asked; its answer is attached when it comes."""
        known = await self._lookups.recall(presented.programme, presented.who)
        if known is None:
            name = presented.programme.name
            raise ProviderUnavailable(f"provider {name} did not answer within {waited_s:g} s")
        return presented.remembered(known, Source.CACHED, self._clock())

    def _present(
        self, programme: Programme, who: Who, entry: Entry, receipt_id: str | None, scan_id: str | None
    ) -> Presented:
        self._screens.searching()
        answer = self._lookups.start(programme, who)
        presented = Presented(programme, who, entry, self._clock(), answer, scan_id, receipt_id)
        self._newest = presented
        if receipt_id is not None:
            self._newest_of[receipt_id] = presented
        answer.add_done_callback(lambda _answer: self._show(presented))
        self._spawn(self._follow(presented), "card")
        return presented

    async def _follow(self, presented: Presented) -> None:
        if presented.receipt_id is not None and not presented.answer.done():
            await _despite_the_journal(self._remember(presented.receipt_id, presented))
        answer = await asyncio.shield(presented.answer)
        card = presented.attachable(answer)
        if card is not None and card.member is not None:
            self._announcer.card(presented.scan_id, card)
        elif answer.error is not None:
            self._announcer.card_failed(presented.scan_id, answer.error)
        await _despite_the_journal(self._attach(presented, answer))
        if card is not None:
            occasion = presented.receipt_id or presented.scan_id or f"{presented.at:%Y%m%d%H%M%S%f}"
            await _despite_the_journal(self._paper.hand_out(card, occasion))

    def _show(self, presented: Presented) -> None:
        """The answer on the glass, before anything else that it wakes; the newest card's only."""
        if presented is not self._newest or presented.answer.cancelled():
            return
        answer = presented.answer.result()
        card = presented.attachable(answer)
        if card is not None:
            self._screens.answered(card)
        elif isinstance(answer.error, CardNotFound):
            self._screens.not_found()
        else:
            self._screens.clear()  # the cashier who asked is told; the customer cannot help it

    async def _remember(self, receipt_id: str, presented: Presented) -> None:
        """The receipt knows that a card is on its way: a crash now does not lose it."""
        if presented.pending is not None:
            await self._change(receipt_id, presented, lambda receipt: replace(receipt, pending=presented.pending))

    async def _attach(self, presented: Presented, answer: Answer) -> None:
        card = presented.attachable(answer)

        def attach(receipt: Receipt) -> Receipt:
            known = receipt.card
            if card is None or known == card:
                return replace(receipt, pending=None)
            if known and not known.is_of(card.provider, card.number):
                receipt = without_redemption(receipt)
            elif known and known.source is Source.ONLINE and card.source is not Source.ONLINE:
                return replace(receipt, card=replace(known, entry=card.entry), pending=None)  # nothing newer is known
            return replace(receipt, card=card, pending=None)

        receipt_id = presented.receipt_id
        if receipt_id and await self._change(receipt_id, presented, attach):
            self._done_with(receipt_id, presented)

    def _done_with(self, receipt_id: str, presented: Presented) -> None:
        """Attached once and for all: the receipt may learn newer facts of this card, which its answer must not undo."""
        if self._newest_of.get(receipt_id) is presented:
            del self._newest_of[receipt_id]

    async def _change(self, receipt_id: str, presented: Presented, change: Callable[[Receipt], Receipt]) -> bool:
        """Change the receipt that this card came in for. False: it is over, or another card's by now."""
        async with self._book.lock(receipt_id):
            receipt = await self._book.find(receipt_id)
            if self._newest_of.get(receipt_id) is not presented or receipt is None or not receipt.is_live:
                return False
            changed = change(receipt)
            if changed != receipt:
                await self._book.save(changed)
        if not changed.settled:
            self._settler.drive(receipt_id)
        return True


async def _despite_the_journal(keeping: Awaitable[None]) -> None:
    """A disk that refuses is told to the log: the next call that wants the card attaches it."""
    try:
        await keeping
    except JournalFailed as error:
        log.error("card_waits_for_journal", reason=str(error))  # noqa: TRY400 - no defect
