"""What is arranged at the provider for a receipt that is still open: set, and given up when it cannot be reached."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bridge.desk.deadline import left_until
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.sale.receipts import live
from bridge.desk.sale.releasing import failure_of
from bridge.desk.sale.undoing import in_doubt, standing_points, without_hold, without_redemption
from bridge.desk.settling.progress import Progress, Told
from bridge.domain.errors import OutcomeUnknown
from bridge.domain.errors import ReceiptState as WrongReceiptState
from bridge.domain.moves import Purchase
from bridge.domain.receipt import Goal, GoalKind, Receipt, ReceiptState
from bridge.domain.settlement import serves

# How a hold that did not succeed is given up, by what came of it; else its points are in doubt.
_UNDONE = {Progress.REFUSED: without_redemption, Progress.AWAY: without_hold}


class Holding:
    """Holds a sale, or writes off its points, as the provider's style has it."""

    def __init__(self, rooms: Rooms) -> None:
        self._book = rooms.book
        self._settler = rooms.settler

    async def hold(self, receipt_id: str, programme: Programme, purchase: Purchase, deadline: float) -> Goal:
        """Until this purchase is held at the provider; the receipt's goal, by then reached.

        ProviderUnavailable: nothing was held. OutcomeUnknown: what may be held is being undone. A refusal besides.
        """
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            goal = receipt.goal
            if receipt.card is None or not receipt.card.is_of(programme.name, purchase.card):
                raise WrongReceiptState("another card has come in meanwhile")
            if not is_held(receipt, programme, purchase):
                goal = Goal(GoalKind.HELD, programme.name, purchase=purchase)
                await self._book.save(replace(receipt, state=ReceiptState.OPEN, goal=goal, settled=False))
        told = await self._settler.reach(receipt_id, left_until(deadline))
        if told.progress is not Progress.SETTLED:
            await self._give_up(receipt_id, told)
            raise failure_of(told)
        return goal

    @asynccontextmanager
    async def doubted(self, receipt_id: str) -> AsyncIterator[None]:
        """Around what may end by OutcomeUnknown, wherever: the cash program then sells without points, so none of
        those that were noted before are to be spent either."""
        try:
            yield
        except OutcomeUnknown:
            await self._doubt(receipt_id)
            raise

    async def _doubt(self, receipt_id: str) -> None:
        async with self._book.lock(receipt_id):
            receipt = await self._book.get(receipt_id)
            if not receipt.is_live or not standing_points(receipt):
                return
            await self._book.save(in_doubt(receipt))
        self._settler.drive(receipt_id)

    async def _give_up(self, receipt_id: str, told: Told) -> None:
        """The hold is not wanted any more, whatever becomes of it; after a refusal neither are its points."""
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            await self._book.save(_UNDONE.get(told.progress, in_doubt)(receipt))
        self._settler.drive(receipt_id)


def is_held(receipt: Receipt, programme: Programme, purchase: Purchase) -> bool:
    """True when what the receipt has arranged already serves this purchase."""
    held = receipt.goal
    if held.kind is not GoalKind.HELD or held.provider != programme.name or held.purchase is None:
        return False
    return serves(programme.provider.traits.style, held.purchase, purchase)
