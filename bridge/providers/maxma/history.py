"""What MAXMA has booked for a client, by our own ids: how a lost answer is settled."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from bridge.domain.errors import ReceiptIdReused
from bridge.domain.moves import Done, Purchase, Refused, Return
from bridge.domain.personal import CardNumber
from bridge.providers.maxma import booked, requests, shapes
from bridge.providers.maxma.lookups import MaxmaLookups

# A lost answer is minutes old, a history is years long: five hundred entries of one client are enough.
PAGE = 100
MAX_PAGES = 5

R = TypeVar("R", shapes.HistoryReply, shapes.BonusHistoryReply)
E = TypeVar("E")


class MaxmaHistory:
    """Raises what lookups raise."""

    def __init__(self, lookups: MaxmaLookups) -> None:
        self._lookups = lookups

    async def is_bought(self, card: CardNumber, txid: str) -> bool:
        return bool(await self._bought(card, txid))

    async def sale(self, purchase: Purchase, txid: str) -> Done | Refused | None:
        """What stands under the id of this sale; Refused where it is another, None where nothing does.

        Another one stands there where a till has lost its journal and its cash program counts from the beginning.
        """
        found = await self._bought(purchase.card, txid)
        if not found:
            return None
        same = next((each for each in found if each.is_of(purchase)), None)
        return Done(same.result) if same else _taken(f"MAXMA has another sale under {txid}")

    async def refund(self, refund: Return, return_id: str) -> Done | Refused | None:
        """The same of a return. None: it is not listed, so it has moved no points."""
        pages = self._pages(
            "/get-bonus-history",
            refund.card,
            shapes.BonusHistoryReply,
            lambda reply: booked.to_changes(reply, return_id),
        )
        changes = [change async for page in pages for change in page]
        if not changes:
            return None
        if any(change.total not in {None, refund.total} for change in changes):
            return _taken(f"MAXMA has another return under {return_id}")
        return Done(booked.to_given_back(changes))

    async def _bought(self, card: CardNumber, txid: str) -> Sequence[booked.Booked]:
        """All entries of this id on the page where it is found."""
        pages = self._pages(
            "/get-purchase-history", card, shapes.HistoryReply, lambda reply: booked.to_booked(reply, txid)
        )
        async for found in pages:
            if found:
                return found
        return ()

    async def _pages(
        self, path: str, card: CardNumber, shape: type[R], pick: Callable[[R], Sequence[E]]
    ) -> AsyncIterator[Sequence[E]]:
        """What `pick` finds on each page, the newest first."""
        for number in range(MAX_PAGES):
            found, total = await self._lookups.answer(
                path,
                requests.history(card, PAGE, number * PAGE),
                shape,
                lambda reply: (pick(reply), reply.pagination.total if reply.history else 0),
            )
            yield found
            if (number + 1) * PAGE >= total:
                return


def _taken(what: str) -> Refused:
    return Refused(what, error=ReceiptIdReused.kind)
