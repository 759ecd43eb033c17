"""The whole desk, put together: the one place that knows which room needs which."""

from dataclasses import dataclass

from bridge.desk.announcer import Announcer
from bridge.desk.book import ReceiptBook
from bridge.desk.cards.card_paper import CardPaper
from bridge.desk.cards.forgetting import ForgetDesk
from bridge.desk.cards.incoming import CardDesk
from bridge.desk.cards.lookups import Lookups
from bridge.desk.cards.memory import CardMemory
from bridge.desk.cards.searching import SearchDesk
from bridge.desk.cards.warming import Warming
from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.programme import Programmes
from bridge.desk.rooms import Rooms
from bridge.desk.sale.closing import CloseDesk
from bridge.desk.sale.closing_paper import ClosingPaper
from bridge.desk.sale.confirming import CodeDesk
from bridge.desk.sale.limiting import LimitDesk
from bridge.desk.sale.preparing import PrepareDesk
from bridge.desk.sale.quotes import Quotes
from bridge.desk.sale.receipts import ReceiptDesk
from bridge.desk.sale.redeeming import RedeemDesk
from bridge.desk.sale.refunding import RefundDesk
from bridge.desk.screens.screens import CardScreens, Screens
from bridge.desk.settings import DeskSettings
from bridge.desk.settling.bookkeeping import Bookkeeping
from bridge.desk.settling.errands import Errands
from bridge.desk.settling.exchange import Exchange, MoveIds
from bridge.desk.settling.provider_watch import ProviderWatch
from bridge.desk.settling.queueing import QueueDesk
from bridge.desk.settling.settler import Settler
from bridge.desk.settling.staff import Staff
from bridge.desk.upkeep.housekeeping import Housekeeping
from bridge.desk.upkeep.rescued import RescueWatch
from bridge.desk.upkeep.retention import Retention
from bridge.pace import Pace
from bridge.ports import CardDirectory, Clock, Journal, Meter, PersonalRecords, Spawn, Unfinished


@dataclass(frozen=True, slots=True)
class Outside:
    """What the desk works with and does not own."""

    journal: Journal
    directory: CardDirectory
    personal: PersonalRecords
    programmes: Programmes
    screens: Screens
    printing: PrintRoom
    announcer: Announcer
    clock: Clock
    spawn: Spawn
    meter: Meter
    pace: Pace = Pace()  # noqa: RUF009 - a frozen value


@dataclass(frozen=True, slots=True)
class Desk:
    """The calls of the desk, by room."""

    book: ReceiptBook
    settler: Settler
    cards: CardDesk
    searching: SearchDesk
    receipts: ReceiptDesk
    limiting: LimitDesk
    codes: CodeDesk
    redeeming: RedeemDesk
    preparing: PrepareDesk
    closing: CloseDesk
    queue: QueueDesk
    forgetting: ForgetDesk
    rescued: RescueWatch
    housekeeping: Housekeeping
    clock: Clock

    def take_up(self, unfinished: Unfinished) -> int:
        """Go on where the last run stopped; how many receipts are to be settled."""
        self.book.load(unfinished)
        unsettled = sorted(self.book.unsettled(), key=lambda receipt: receipt.opened_at)
        for receipt in unsettled:
            waited = self.clock() - (receipt.closed_at or self.clock())
            self.settler.resume(receipt, max(0.0, waited.total_seconds()))
        self.cards.take_up(unfinished.receipts)
        return len(unsettled)


def build_desk(settings: DeskSettings, outside: Outside) -> Desk:
    """Every room of the desk, joined."""
    clock, spawn = outside.clock, outside.spawn
    book = ReceiptBook(outside.journal, outside.announcer, settings.till)
    watch = ProviderWatch(outside.announcer, outside.meter)
    ids = MoveIds(settings.store, settings.till, clock)
    errands = Errands(book)
    staff = Staff(errands, settings.wording, clock)
    exchange = Exchange(outside.programmes, watch)
    bookkeeping = Bookkeeping(book, exchange, staff, ids)
    settler = Settler(book, bookkeeping, exchange, staff, spawn, outside.pace)
    memory = CardMemory(outside.directory, clock, spawn)
    lookups = Lookups(clock, watch, memory, spawn)
    warming = Warming(outside.programmes, spawn)
    quotes = Quotes(clock, watch, spawn)
    rooms = Rooms(outside.programmes, book, lookups, warming, quotes, settler, errands, staff, clock, spawn)
    screens = CardScreens(outside.screens, settings)
    on_card = CardPaper(outside.printing, settings)
    cards = CardDesk(rooms, settings, screens, on_card, outside.announcer)
    paper = ClosingPaper(rooms, outside.printing, screens, settings)
    refunds = RefundDesk(rooms, cards, ids)
    closing = CloseDesk(rooms, cards, refunds, paper)
    codes = CodeDesk(rooms)
    return Desk(
        book=book,
        settler=settler,
        cards=cards,
        searching=SearchDesk(rooms, memory, watch),
        receipts=ReceiptDesk(rooms, cards),
        limiting=LimitDesk(rooms, cards),
        codes=codes,
        redeeming=RedeemDesk(rooms, cards, codes),
        preparing=PrepareDesk(rooms, cards),
        closing=closing,
        forgetting=ForgetDesk(rooms, outside.directory, outside.personal),
        queue=QueueDesk(rooms, closing, refunds),
        rescued=RescueWatch(outside.journal, book, staff),
        housekeeping=Housekeeping(rooms, closing, Retention(outside.journal, book, clock, settings.keep)),
        clock=clock,
    )
