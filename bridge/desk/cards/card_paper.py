"""What the customer may get in hand when a card comes in: a paper with its points, once a receipt and card."""

import structlog

from bridge.desk.fingerprint import fingerprint
from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.settings import DeskSettings
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.member import AttachedCard
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import PrintJob

log = structlog.get_logger()


class CardPaper:
    """Prints where the configuration wants it; a till without a printer of ours prints nothing."""

    def __init__(self, printing: PrintRoom, settings: DeskSettings) -> None:
        self._printing = printing
        self._settings = settings

    async def hand_out(self, card: AttachedCard, occasion: str) -> None:
        """occasion: what the card came in for; the same card on the same occasion is printed once."""
        lines = self._settings.wording.card_lines(card) if self._settings.print_on_card else ()
        if lines:
            request_id = f"card:{fingerprint(occasion, card.number.value)}"
            await print_once(self._printing, lines, request_id)


async def print_once(printing: PrintRoom, lines: tuple[PaperLine, ...], request_id: str) -> PrintJob | None:
    """The job, or None: there is no printer of ours, or it cannot print this."""
    try:
        return await printing.submit(lines, request_id=request_id)
    except DeviceUnavailable:
        return None
    except ValueError as error:
        log.warning("paper_unprintable", request_id=request_id, reason=str(error))
        return None
