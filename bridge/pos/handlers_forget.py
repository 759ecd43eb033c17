"""The handler of card.forget: an admin method."""

from collections.abc import Mapping

import structlog

from bridge.desk.cards.forgetting import ForgetDesk
from bridge.domain.personal import CardNumber
from bridge.pos import messages as m
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from bridge.pos.reading import phone_of

log = structlog.get_logger()


class ForgetHandlers:
    """card.forget"""

    def __init__(self, forgetting: ForgetDesk) -> None:
        self._forgetting = forgetting

    def table(self) -> Mapping[str, Handler]:
        return {"card.forget": self._forget}

    async def _forget(self, params: m.ForgetParams, caller: Caller) -> m.ForgottenPerson:
        who = phone_of(params.phone) if params.phone is not None else CardNumber((params.card or "").strip())
        log.info("forgetting_asked_for", **caller.told())
        forgotten = await self._forgetting.forget(who)
        return m.ForgottenPerson(
            places=[
                m.ForgetPlace(place=place.name, removed=place.removed, note=place.note or None)
                for place in forgotten.places
            ],
            kept=[m.KeptReceipt(receipt_id=kept.receipt_id, why=kept.why) for kept in forgotten.kept],
        )
