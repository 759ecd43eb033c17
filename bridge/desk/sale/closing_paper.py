"""What the customer gets at the end: a paper with what was spent and earned, and a thank-you on the display."""

from dataclasses import replace

from bridge.desk.cards.card_paper import print_once
from bridge.desk.deadline import done_by
from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.rooms import Rooms
from bridge.desk.screens.screens import CardScreens
from bridge.desk.settings import DeskSettings
from bridge.domain.member import Member
from bridge.domain.moves import PaperLine
from bridge.domain.outcome import lines_of_sale
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Operation, Outcome, OutcomeState, Receipt
from bridge.domain.settlement import standing_sale


class ClosingPaper:
    """Prints once a receipt, whoever asks and however often."""

    def __init__(self, rooms: Rooms, printing: PrintRoom, screens: CardScreens, settings: DeskSettings) -> None:
        self._book = rooms.book
        self._lookups = rooms.lookups
        self._programmes = rooms.programmes
        self._printing = printing
        self._screens = screens
        self._settings = settings

    async def hand_out(self, receipt_id: str, deadline: float) -> Outcome:
        """The receipt's outcome with its paper: printed now if it never was.

        Where the provider did not say what is left on the card it is asked, until the loop's time `deadline`.
        """
        member = await self._asked(await self._book.get(receipt_id), deadline)
        async with self._book.lock(receipt_id):
            receipt = await self._book.get(receipt_id)
            outcome = receipt.outcome or Outcome(OutcomeState.DONE)
            if outcome.job_id is not None or _customer(receipt) is None:
                return outcome
            if outcome.balance_after is None:
                outcome = replace(outcome, balance_after=member.balance if member else None)
            lines = await self._lines(receipt, outcome, member)
            outcome = replace(outcome, printout=lines, job_id=await self._print(receipt, lines))
            if outcome != receipt.outcome:
                await self._book.save(replace(receipt, outcome=outcome))
        return outcome

    async def _asked(self, receipt: Receipt, deadline: float) -> Member | None:
        """The card as it is now; None where that need not be asked, or cannot."""
        outcome, customer = receipt.outcome, _customer(receipt)
        if customer is None or outcome is None or outcome.state is not OutcomeState.DONE:
            return None
        if outcome.balance_after is not None or outcome.job_id is not None:
            return None
        provider, number = customer
        if not self._programmes.knows(provider):
            return None
        asked = self._lookups.start(self._programmes.get(provider), number)
        return asked.result().member if await done_by(asked, deadline) else None

    async def _lines(self, receipt: Receipt, outcome: Outcome, member: Member | None) -> tuple[PaperLine, ...]:
        """Ours below the provider's own, which are left out when the fiscal paper has them."""
        moves = await self._book.moves(receipt.receipt_id)
        own = outcome.printout
        if receipt.operation is Operation.SALE:
            if own not in {(), lines_of_sale(moves)}:
                return own  # handed out before, and not printed by us
            sale = standing_sale(moves)
            own = () if sale and sale.move_id == receipt.told_hold else own
        elif own:
            return own
        known = member or (receipt.card.member if receipt.card else None)
        return self._settings.wording.closing_lines(receipt, outcome, known, own)

    def thank(self, operation: Operation) -> None:
        """For a purchase; after a refund the display is empty."""
        if operation is Operation.SALE:
            self._screens.thank()
        else:
            self._screens.clear()

    def clear_screen(self) -> None:
        self._screens.clear()

    async def _print(self, receipt: Receipt, lines: tuple[PaperLine, ...]) -> str | None:
        if not self._settings.print_on_close or not lines:
            return None
        job = await print_once(self._printing, lines, f"close:{receipt.receipt_id}")
        return job.job_id if job else None


def _customer(receipt: Receipt) -> tuple[str, CardNumber] | None:
    """Provider and card of whom the paper is for: whoever brings goods back need not show the card again."""
    if receipt.card is not None:
        return None if receipt.card.is_barred else (receipt.card.provider, receipt.card.number)
    refund = receipt.goal.refund
    return (receipt.goal.provider, refund.card) if refund else None
