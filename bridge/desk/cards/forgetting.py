"""card.forget: a person leaves the till, as far as what is not settled lets them.

Each place answers for itself: what it has let go, and what it cannot. Money stays as ids and amounts without a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.domain.errors import CardAmbiguous, DeskError, JournalFailed
from bridge.domain.person import Person
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.receipt import Receipt
from bridge.ports import CardDirectory, DirectoryFailed, PersonalRecords

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """removed: cards or records that named the person and do not any more. note: what else there is to say."""

    name: str
    removed: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt that still names the person, and what it waits for."""

    receipt_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """kept: to be forgotten by another call, once they are settled."""

    places: Sequence[Place]
    kept: Sequence[KeptReceipt]


class ForgetDesk:
    """Knows every place of the till where a person may stand; a new one is a step of `forget`."""

    def __init__(self, rooms: Rooms, directory: CardDirectory, records: PersonalRecords) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._directory = directory
        self._records = records

    async def forget(self, who: CardNumber | Phone) -> Forgotten:
        """A card's holder is forgotten under that card; a phone's under all cards that go by it.

        JournalFailed: the directory or the journal cannot be read or written; to be called again.
        """
        try:
            return await self._forget(who)
        except DirectoryFailed as error:
            raise JournalFailed(str(error)) from error

    async def _forget(self, who: CardNumber | Phone) -> Forgotten:
        known = [card.member for card in await self._directory.find(who, None)]
        names = frozenset(member.holder for member in known if member.holder.value)
        if isinstance(who, Phone):
            told, notes = await self._cards_by(who)
            cards = frozenset([CardNumber(who.value), *told, *(member.number for member in known)])
            person = leaving = Person(cards, frozenset([who]), names)
        else:
            notes = []
            leaving = Person(frozenset([who]))
            phones = frozenset(member.phone for member in known if member.phone)
            person = Person(leaving.cards, phones, names)
        directory = Place("directory", await self._directory.forget(leaving), self._of_directory())
        journal, kept = await self._from_journal(person)
        log.info("person_forgotten", directory=directory.removed, journal=journal.removed, kept=len(kept))
        return Forgotten([directory, journal, *_ELSEWHERE, *notes], kept)

    async def _cards_by(self, phone: Phone) -> tuple[list[CardNumber], list[Place]]:
        """The cards of a phone as providers know them: the journal keeps no phones."""
        cards, notes = [], []
        for programme in self._programmes:
            try:
                found = await programme.provider.find(phone)
            except DeskError as error:
                notes.append(_not_asked(programme, error))
            else:
                cards += [found.number] if found else []
        return cards, notes

    def _of_directory(self) -> str:
        return "no exchange brings the card back" if self._directory.is_on else "off: this till remembers no cards"

    async def _from_journal(self, person: Person) -> tuple[Place, list[KeptReceipt]]:
        receipts = await self._receipts(person)
        person = replace(person, names=person.names | _holders(receipts, person))
        removed, kept, job_ids = 0, [], []
        for receipt in receipts:
            async with self._book.lock(receipt.receipt_id):
                why = await self._why_kept(receipt.receipt_id)
                if why:
                    kept.append(KeptReceipt(receipt.receipt_id, why))
                    continue
                removed += await self._records.erase(person, receipt.receipt_id)
            if receipt.outcome and receipt.outcome.job_id:
                job_ids.append(receipt.outcome.job_id)
        removed += await self._records.erase_jobs(person, job_ids)
        aside = await self._records.seal()
        note = f"; damaged copies that were set aside may name the person: {', '.join(aside)}" if aside else ""
        return Place("journal", removed, f"ids and amounts stay, without a name{note}"), kept

    async def _receipts(self, person: Person) -> list[Receipt]:
        """Receipts that may name the person, as they are now."""
        found = [await self._book.find(receipt_id) for receipt_id in await self._records.receipts_naming(person)]
        return [receipt for receipt in found if receipt is not None]

    async def _why_kept(self, receipt_id: str) -> str:
        """What still needs to know whose receipt it is; "" = nothing."""
        receipt = await self._book.find(receipt_id)
        if receipt is None:
            return ""
        if receipt.is_live:
            return f"it is {receipt.state}: close or cancel it"
        if not receipt.settled:
            return "its provider has not settled it yet"
        if tasks := self._book.open_tasks(receipt_id):
            return f"task {tasks[0].task_id} waits for a person"
        return ""


# What holds nobody, or not for long; said, so that whoever was asked to forget can answer for all of it.
_ELSEWHERE = (
    Place("recordings", 0, "cards, phones and names are replaced as they are recorded"),
    Place("log", 0, "cards, phones and names are masked as they are logged"),
    Place("memory", 0, "the last thousand events may name the person until the service is restarted"),
    Place("providers", 0, "what they keep is theirs: ask them"),
)


def _not_asked(programme: Programme, error: DeskError) -> Place:
    if isinstance(error, CardAmbiguous):
        why = "it knows several cards by this phone"
    else:
        why = f"it could not be asked for the card of this phone ({error.kind})"
    return Place(f"provider {programme.name}", 0, f"{why}: forget them by --card")


def _holders(receipts: Sequence[Receipt], person: Person) -> frozenset[PersonName]:
    """The names under which this person's cards came in."""
    cards = [receipt.card for receipt in receipts if receipt.card and receipt.card.number in person.cards]
    return frozenset(card.member.holder for card in cards if card.member and card.member.holder.value)
