"""What MAXMA has booked for a client, by our own ids: how a lost answer is settled."""

from collections.abc import AsyncIterator
from typing import TypeVar

from bridge.domain.errors import ReceiptIdReused
from bridge.domain.moves import Done, Purchase, Refused, Return
from bridge.domain.personal import CardNumber
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.lookups import MaxmaLookups

# A lost answer is minutes old, a history is years long: five hundred entries of one client are enough.
PAGE = 100
MAX_PAGES = 5

P = TypeVar("P", shapes.HistoryReply, shapes.BonusHistoryReply)


class MaxmaHistory:
    """Raises what lookups raise."""

    def __init__(self, lookups: MaxmaLookups) -> None:
        self._lookups = lookups

    async def is_bought(self, card: CardNumber, txid: str) -> bool:
        return await self._bought(card, txid) is not None

    async def sale(self, purchase: Purchase, txid: str) -> Done | Refused | None:
        """What stands under the id of this sale; Refused where it is another, None where nothing does.

        Another one stands there where a till has lost its journal and its cash program counts from the beginning.
        """
        item = await self._bought(purchase.card, txid)
        if item is None:
            return None
        if not replies.is_same_sale(item, purchase):
            return _taken(f"MAXMA has another sale under {txid}")
        return Done(replies.to_bought(item, txid))

    async def refund(self, refund: Return, return_id: str) -> Done | Refused | None:
        """The same of a return. None: it is not listed, so it has moved no points."""
        entries = [
            entry
            async for page in self._pages("/get-bonus-history", refund.card, shapes.BonusHistoryReply)
            for entry in page.history
            if entry.back and entry.back.return_id == return_id
        ]
        if not entries:
            return None
        if not replies.is_same_return(entries, refund):
            return _taken(f"MAXMA has another return under {return_id}")
        return Done(replies.to_given_back(entries))

    async def _bought(self, card: CardNumber, txid: str) -> shapes.HistoryItem | None:
        async for page in self._pages("/get-purchase-history", card, shapes.HistoryReply):
            for item in page.history:
                if item.txid == txid:
                    return item
        return None

    async def _pages(self, path: str, card: CardNumber, shape: type[P]) -> AsyncIterator[P]:
        for number in range(MAX_PAGES):
            body = requests.history(card, PAGE, number * PAGE)
            page = await self._lookups.answer(path, body, shape, lambda reply: reply)
            yield page
            if not page.history or (number + 1) * PAGE >= page.pagination.total:
                return


def _taken(what: str) -> Refused:
    return Refused(what, error=ReceiptIdReused.kind)
