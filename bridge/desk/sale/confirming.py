"""The call receipt.request_code, and whether what the customer tells is the code that was sent."""

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

from bridge.desk.rooms import Rooms
from bridge.desk.sale.receipts import live
from bridge.desk.sale.spending import spendable
from bridge.domain.confirmation import SentCode
from bridge.domain.errors import CodeMismatch, ConfirmationRequired
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Receipt

# MAXMA's codes have three digits: whoever may guess on and on needs no customer.
MAX_TRIES = 3

# A request repeated so soon is a lost answer or a second press of the key: it brings no second message.
RESEND_S = 30.0

# Customers of one till who wait for a message at the same time; the one who waits longest makes room.
MAX_WAITING = 100


@dataclass(slots=True)
class Awaited:
    """A code that its customer has not told yet, or not for the last time. Times are the loop's."""

    card: CardNumber
    sent: SentCode
    sent_at: float
    ends_at: float
    wrong_tries: int = 0


class CodeDesk:
    """Codes live in memory alone: after a restart the customer is sent a new one."""

    def __init__(self, rooms: Rooms) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._clock = rooms.clock
        self._awaited: dict[str, Awaited] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def request(self, receipt_id: str) -> SentCode | None:
        """Have the customer of this receipt sent a code; None where spending points needs none.

        ReceiptState without a card; ProviderUnavailable: whether a message comes is not known, and its code is not.
        """
        async with self._locks.setdefault(receipt_id, asyncio.Lock()):
            card, programme = spendable(live(await self._book.get(receipt_id)), self._programmes)
            sender = programme.provider.code_sender
            if sender is None:
                return None
            now = asyncio.get_running_loop().time()
            awaited = self._good(receipt_id, card.number, now)
            if awaited and now - awaited.sent_at < RESEND_S:
                return awaited.sent
            sent = await sender.send_code(card.number)
            if sent is not None:
                self._note(receipt_id, card.number, sent)
            return sent

    def check(self, receipt: Receipt, card: CardNumber, told: str | None) -> None:
        """ConfirmationRequired unless `told` is the code that was sent for this receipt and card."""
        awaited = self._good(receipt.receipt_id, card, asyncio.get_running_loop().time())
        if told is None:
            raise ConfirmationRequired("spending points needs the customer's code: receipt.request_code sends one")
        if awaited is None:
            raise CodeMismatch("no code is awaited, or its time is over: receipt.request_code sends a new one")
        if not awaited.sent.is_told(told):
            awaited.wrong_tries += 1
            left = MAX_TRIES - awaited.wrong_tries
            raise CodeMismatch(f"not the code that was sent; {left or 'no'} more tries")

    def _good(self, receipt_id: str, card: CardNumber, now: float) -> Awaited | None:
        awaited = self._awaited.get(receipt_id)
        if awaited is None or awaited.card != card or awaited.wrong_tries >= MAX_TRIES or awaited.ends_at <= now:
            return None
        return awaited

    def _note(self, receipt_id: str, card: CardNumber, sent: SentCode) -> None:
        now = asyncio.get_running_loop().time()
        self._awaited.pop(receipt_id, None)
        self._awaited[receipt_id] = Awaited(card, sent, now, now + sent.life(self._clock()).total_seconds())
        while len(self._awaited) > MAX_WAITING:
            self._awaited.pop(next(iter(self._awaited)))
