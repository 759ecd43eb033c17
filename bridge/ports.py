"""What the desk needs from the outside, as protocols: a loyalty provider, a journal, a clock.

Adapters stand in bridge.providers and bridge.journal; the composition root joins them.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bridge.domain.card_list import ListedCard
from bridge.domain.confirmation import SentCode
from bridge.domain.known_card import CardPage, KnownCard, NewCard, Registered, Standing
from bridge.domain.member import Member
from bridge.domain.moves import Move, MoveKind, Purchase, Reply, Return, SaleStyle, StatusReply
from bridge.domain.person import Person
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.quote import Quote, ReturnQuote
from bridge.domain.receipt import JobState, PrintJob, Receipt, ReceiptState
from bridge.domain.task import StaffTask

Clock = Callable[[], datetime]
# Runs a coroutine under supervision, by a name for the log.
Spawn = Callable[[Coroutine[object, object, None], str], object]


class ProviderState(StrEnum):
    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"  # it answers, and refuses us: key, shop


@dataclass(frozen=True, slots=True)
class Traits:
    """What a kind of provider can do.

    style: how it hears of a sale.
    multiple: points are spent in multiples of this; rate: money per point.
    """

    style: SaleStyle
    multiple: Decimal = Decimal("0.01")
    rate: Decimal = Decimal(1)


class CardSource(Protocol):
    """The cards of a provider that can list them, for the till's directory."""

    async def page(self, cursor: str) -> CardPage:
        """The cards that came after `cursor`, "" for all; the same card may come again.

        Raises ProviderUnavailable or ProviderRefused, as lookups do.
        """
        ...


class CardRegister(Protocol):
    """A provider that takes in cards of the cash program."""

    async def register(self, card: NewCard) -> Registered:
        """Make a card known that `find` has not found; one that is known all the same is left as it is.

        `find` first: a provider may refuse a phone that it has without saying that the card is there as well.

        Raises ProviderUnavailable (the same card may be given again, whatever became of it) or ProviderRefused (it
        takes no cards of ours at all).
        """
        ...


class CardListFailed(Exception):
    """The cash program's list of cards cannot be read; str() says which, where and why."""


class CardListFile(Protocol):
    """The cash program's list of cards, where the daemon reads it by itself. Everything raises CardListFailed."""

    path: Path

    async def stamp(self) -> str:
        """What changes whenever the file does."""
        ...

    def batches(self) -> AsyncIterator[Sequence[ListedCard]]:
        """Its rows, some at a time."""
        ...


class CodeSender(Protocol):
    """A provider whose customers may have to confirm that their points are spent."""

    async def send_code(self, card: CardNumber) -> SentCode | None:
        """Have this customer sent a code, and know it; None where the shop wants none.

        Raises ProviderUnavailable (it may have been sent all the same: it is good for nothing) or ProviderRefused,
        CardNotFound, CardBlocked; within the time of a move.
        """
        ...


class LoyaltyProvider(Protocol):
    """One `[[providers]]` entry.

    A kind derives from it and leaves out what its provider cannot do: those members have an answer here.

    Lookups (find, search, quote, quote_return) change nothing; they raise ProviderUnavailable or ProviderRefused
    within the configured `timeout_ms`, everything included. Moves never raise: their answer is one of the four of
    bridge.domain.moves, within `write_timeout_ms`.
    """

    name: str
    kind: str
    traits: Traits

    @property
    def state(self) -> ProviderState: ...

    @property
    def card_source(self) -> CardSource | None:
        """None: this provider cannot list its cards."""
        return None

    @property
    def card_register(self) -> CardRegister | None:
        """None: this provider takes no new cards from a till."""
        return None

    @property
    def code_sender(self) -> CodeSender | None:
        """None: at this provider nobody confirms anything."""
        return None

    async def find(self, who: CardNumber | Phone) -> Member | None:
        """The member with this card or phone; None when the provider does not know it.

        CardAmbiguous: several members share this phone.
        """
        ...

    async def search(self, who: Phone | PersonName, limit: int) -> Sequence[Member]:
        """Members by phone or by the beginning of a name. ProviderRefused where the kind cannot search."""
        ...

    async def quote(self, purchase: Purchase) -> Quote:
        """Preview of this purchase with `purchase.redeem` points asked for; its `written_off` count as still there.

        CardNotFound, CardBlocked, LimitExceeded where the provider says which of them it is.
        """
        ...

    async def find_and_quote(self, purchase: Purchase) -> tuple[Member | None, Quote | None]:
        """`find` of its card and `quote`, both asked now. No quote where the card is not known or is barred.

        A kind whose preview begins with the card's facts asks for them once.
        """
        member = await self.find(purchase.card)
        if member is None or member.is_barred:
            return member, None
        return member, await self.quote(purchase)

    async def quote_return(self, refund: Return) -> ReturnQuote:
        """Preview of this refund."""
        ...

    async def send(self, move: Move) -> Reply:
        """Make the move. The caller has made it durable; the same move_id may come again only as a settled repeat."""
        ...

    async def ask(self, move: Move) -> StatusReply:
        """What became of a move whose answer was lost: by a status query or a promised idempotent repeat."""
        ...

    def reference(self, move_id: str) -> str:
        """The provider's reference of the sale whose HOLD or PURCHASE had this id: what a refund must name."""
        ...

    async def warm_up(self) -> None:
        """Have at hand what the next card will want (imports, a connection); never raises.

        At the start, and as a sale begins that nobody was asked anything for a while before.
        """
        ...

    async def aclose(self) -> None: ...


class DirectoryFailed(Exception):
    """The directory could not be read or written; whoever asked goes on without it."""


class CardDirectory(Protocol):
    """What the till remembers of cards. Everything raises DirectoryFailed.

    While it is off nothing is kept and nothing is known. provider None: of all of them.
    """

    @property
    def is_on(self) -> bool: ...

    def turn_on(self) -> None: ...

    async def renew(self, card: KnownCard) -> None:
        """Remember this card, whatever was known of it before."""
        ...

    async def add(self, cards: Sequence[KnownCard]) -> int:
        """Remember those that are new, and leave the others as they are, but confirmed; how many were new."""
        ...

    async def standing(self, provider: str, numbers: Sequence[CardNumber]) -> Sequence[Standing]: ...

    async def find(self, who: CardNumber | Phone, provider: str | None) -> Sequence[KnownCard]: ...

    async def search(self, who: Phone | PersonName, provider: str, limit: int) -> Sequence[KnownCard]:
        """By phone, or by the beginnings of the words of a name, each of another word."""
        ...

    async def drop(self, provider: str, number: CardNumber) -> None:
        """Its provider does not know it any more."""
        ...

    async def expire(self, before: datetime) -> int:
        """Drop what no provider has confirmed since then; how many."""
        ...

    async def forget(self, person: Person) -> int:
        """Nothing of this person is left in the file when it returns; how many cards there were."""
        ...

    async def size(self) -> int: ...

    async def mark(self, name: str) -> str:
        """How far an exchange has come, as it was noted; "" = not begun."""
        ...

    async def set_mark(self, name: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a start must take up again: live or unsettled receipts with their moves, print jobs, open tasks."""

    receipts: tuple[Receipt, ...]
    moves: tuple[Move, ...]
    jobs: tuple[PrintJob, ...]
    tasks: tuple[StaffTask, ...]


@dataclass(frozen=True, slots=True)
class JournalRescue:
    """What became of a damaged journal: a new one stands in its place, with what could be read.

    kept_at: the damaged file, for a person to look into.
    orphans: ids of moves that were taken out because their receipt is lost, the first twenty of them.
    """

    kept_at: str
    orphans: tuple[str, ...]


Record = Receipt | Move | StaffTask | PrintJob


class PersonalRecords(Protocol):
    """The durable memory as the place where a person stands. JournalFailed as everywhere."""

    async def receipts_naming(self, person: Person) -> Sequence[str]:
        """Ids of receipts of which a record (the receipt, a move, a task) may name them."""
        ...

    async def erase(self, person: Person, receipt_id: str) -> int:
        """How many records of this receipt do not name them any more. Its caller sees to it that all is settled."""
        ...

    async def erase_jobs(self, person: Person, job_ids: Sequence[str]) -> int:
        """The same of printouts that have ended: those that name them, and those of `job_ids`."""
        ...

    async def seal(self) -> Sequence[str]:
        """What was overwritten is nowhere in the files; the names of files beside them of which nobody knows."""
        ...


class Journal(Protocol):
    """The durable memory. Everything saved in one call is one transaction."""

    @property
    def is_short(self) -> bool:
        """The disk is full but for a reserve, which is for what is under way: begin nothing that moves points."""
        ...

    async def save(self, *records: Record) -> None:
        """Durable (on disk, synced) when it returns. JournalFailed when the disk refuses: nothing of it was kept."""
        ...

    async def receipt(self, receipt_id: str) -> Receipt | None: ...

    async def receipts(self, state: ReceiptState | None, since: datetime | None, limit: int) -> Sequence[Receipt]:
        """Newest first."""
        ...

    async def moves_of(self, receipt_id: str) -> Sequence[Move]:
        """In the order in which they were made."""
        ...

    async def refunds_of(self, base_ref: str) -> Sequence[Move]:
        """REFUND moves against one sale's provider reference, whatever their state."""
        ...

    async def job(self, job_id: str) -> PrintJob | None: ...

    async def job_by_request(self, request_id: str) -> PrintJob | None: ...

    async def jobs(self, states: Sequence[JobState], limit: int) -> Sequence[PrintJob]:
        """Newest first; of all states where none is given."""
        ...

    async def unfinished(self) -> Unfinished: ...

    async def forget(self, before: datetime) -> bool:
        """Delete some of what is settled and older; True while there is more of it."""
        ...

    async def next_rescue(self) -> JournalRescue:
        """Waits until the journal was found damaged, before now or after, and replaced."""
        ...


class Meter(Protocol):
    """Whom the till tells how its work goes. Every method returns at once and never fails; times are in seconds."""

    def exchanged(self, provider: str, operation: str, outcome: str, took_s: float) -> None:
        """A provider was asked. operation: find, search, quote, ask, or the kind of a move."""
        ...

    def answered(self, method: str, outcome: str, took_s: float) -> None:
        """A cash program was answered. outcome: "ok", or what kind of error."""
        ...


class Unmeasured:
    """A Meter that nobody reads."""

    def exchanged(self, provider: str, operation: str, outcome: str, took_s: float) -> None:
        pass

    def answered(self, method: str, outcome: str, took_s: float) -> None:
        pass


UNMEASURED = Unmeasured()


ALREADY = b"already"
"""What a late listener is told of something that has been open for long."""


class Tap:
    """A place where bytes pass. heard: who is told what passes, (what, data); None: nobody, which costs one look.

    past: what passed already and a listener that comes late must know; () where nothing is open.
    """

    __slots__ = ("__weakref__", "heard", "past")

    def __init__(self) -> None:
        self.heard: Callable[[str, bytes], None] | None = None
        self.past: tuple[tuple[str, bytes], ...] = ()

    def opened(self, data: bytes = b"") -> None:
        self.past = (("opened", data or ALREADY),)
        self.tell("opened", data)

    def closed(self) -> None:
        """Does nothing where nothing is open."""
        if self.past:
            self.past = ()
            self.tell("closed", b"")

    def tell(self, what: str, data: bytes) -> None:
        if self.heard is not None:
            self.heard(what, data)


def move_id(store: str, till: str, receipt_id: str, kind: MoveKind, number: int) -> str:
    """The derived id of a move: the same receipt always makes the same ids, journal or no journal.

    A slash within a name is escaped: two tills never derive the same id.
    """
    parts = (store, till, receipt_id, kind.value, str(number))
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)
