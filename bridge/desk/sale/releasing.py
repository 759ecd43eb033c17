"""What is held for a receipt is given up before its points are reckoned anew."""

from bridge.desk.book import ReceiptBook
from bridge.desk.deadline import left_until
from bridge.desk.sale.receipts import live
from bridge.desk.sale.undoing import without_hold
from bridge.desk.settling.progress import Progress, Told
from bridge.desk.settling.settler import Settler
from bridge.domain.errors import DeskError, OutcomeUnknown, ProviderUnavailable, refusal_of
from bridge.domain.moves import Refused
from bridge.domain.receipt import GoalKind


async def release_hold(book: ReceiptBook, settler: Settler, receipt_id: str, deadline: float) -> None:
    """Until nothing stands at the provider for this receipt: held points would count there as spent already.

    Its redemption stays noted. ProviderUnavailable or OutcomeUnknown when that was not done by the loop's time
    `deadline`; it is then done later.
    """
    async with book.lock(receipt_id):
        receipt = live(await book.get(receipt_id))
        if receipt.goal.kind is GoalKind.NOTHING and receipt.settled:
            return
        await book.save(without_hold(receipt))
    left = left_until(deadline)
    told = await settler.reach(receipt_id, left)
    if told.progress not in {Progress.SETTLED, Progress.LEFT}:
        raise failure_of(told)


def failure_of(told: Told) -> DeskError:
    """The error of a call whose goal was not reached."""
    reason = getattr(told.reply, "reason", "no answer")
    if told.progress is Progress.AWAY:
        return ProviderUnavailable(f"the provider is away: {reason}")
    if isinstance(told.reply, Refused):
        return refusal_of(told.reply.error, f"the provider refused: {reason}")
    return OutcomeUnknown(f"the provider gave no valid answer in time: {reason}")
