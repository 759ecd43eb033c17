"""What the customer gets at the end: a paper with what was spent and earned, and a thank-you on the display."""

from dataclasses import replace

from bridge.desk.card_paper import print_once
from bridge.desk.deadline import done_by
from bridge.desk.printing import PrintRoom
from bridge.desk.rooms import Rooms
from bridge.desk.screens import CardScreens
from bridge.desk.settings import DeskSettings
from bridge.domain.member import Member
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import Operation, Outcome, OutcomeState, Receipt


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
            if outcome.job_id is not None or receipt.card is None or receipt.card.is_barred:
                return outcome
            if outcome.balance_after is None:
                outcome = replace(outcome, balance_after=member.balance if member else None)
            known = member or receipt.card.member
            expiring = known.expiring if known else ()
            lines = outcome.printout or self._settings.wording.closing_lines(receipt, outcome, expiring)
            outcome = replace(outcome, printout=lines, job_id=await self._print(receipt, lines))
            if outcome != receipt.outcome:
                await self._book.save(replace(receipt, outcome=outcome))
        return outcome

    async def _asked(self, receipt: Receipt, deadline: float) -> Member | None:
        """The card as it is now; None where that need not be asked, or cannot."""
        outcome, card = receipt.outcome, receipt.card
        if card is None or card.is_barred or outcome is None or outcome.state is not OutcomeState.DONE:
            return None
        if outcome.balance_after is not None or outcome.job_id is not None:
            return None
        if not self._programmes.knows(card.provider):
            return None
        asked = self._lookups.start(self._programmes.get(card.provider), card.number)
        return asked.result().member if await done_by(asked, deadline) else None

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
