"""Whatever is sold, refunded and lost on the way: the emulator's books add up, and are what the adapter reported."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.moves import Done, Move, MoveKind, MoveResult, Refused, Unknown
from bridge.emulation.maxma import KEY, EmulatedClient, Fault, FaultKind, MaxmaEmulator, RepeatedSet
from bridge.providers.maxma import MaxmaProvider, MaxmaSettings
from tests.providers.contract import CARD, Till, purchase

OPENING = 500

# What may happen to one move: nothing, or one of these before it is asked about.
LOSSES = st.sampled_from([None, FaultKind.LOST_REPLY, FaultKind.LOST_REQUEST, FaultKind.TRUNCATED, FaultKind.HTML])


@dataclass(frozen=True)
class Sell:
    redeem: int
    losses: tuple[FaultKind | None, FaultKind | None]
    confirms: bool


@dataclass(frozen=True)
class Refund:
    """which: of the sales made so far."""

    which: int
    rubles: int
    loss: FaultKind | None


@dataclass(frozen=True)
class Revert:
    which: int
    loss: FaultKind | None


STEPS = st.lists(
    st.builds(Sell, st.integers(0, 300), st.tuples(LOSSES, LOSSES), st.booleans())
    | st.builds(Refund, st.integers(0, 5), st.integers(1, 1000), LOSSES)
    | st.builds(Revert, st.integers(0, 5), LOSSES),
    max_size=8,
)


@dataclass
class Story:
    """Plays steps and keeps count of what the adapter said; None (not said) is looked up in the books."""

    emulator: MaxmaEmulator
    till: Till
    points: Decimal = Decimal(OPENING)
    sales: list[str] = field(default_factory=list)

    async def play(self, step: Sell | Refund | Revert) -> None:
        match step:
            case Sell():
                await self._sell(step)
            case Refund() if self.sales:
                await self._give_back(self.till.refund(self._pick(step.which), f"{step.rubles}.00"), step.loss)
            case Revert() if self.sales:
                await self._give_back(self.till.move(MoveKind.REVERT, target=self._pick(step.which)), step.loss)

    def _pick(self, which: int) -> str:
        return self.sales[which % len(self.sales)]

    async def _sell(self, step: Sell) -> None:
        sale = self.till.sale(purchase(step.redeem))
        held = await self._settle(sale, step.losses[0])
        if held is None:
            return
        if not step.confirms:
            release = self.till.move(MoveKind.RELEASE, target=sale.move_id, ticket=held.ticket)
            assert await self._settle(release, step.losses[1]) is not None
            return
        assert await self._settle(self.till.confirm(sale, held.ticket), step.losses[1]) is not None
        assert held.accrued is not None
        assert held.redeemed == step.redeem
        self.points += held.accrued - held.redeemed
        self.sales.append(sale.move_id)

    async def _give_back(self, move: Move, loss: FaultKind | None) -> None:
        result = await self._settle(move, loss)
        if result is None:
            return
        true = self.emulator.ledger.returns[move.move_id]
        assert result.restored in {None, true.recovered}
        assert result.reversed in {None, true.cancelled}
        self.points += true.recovered - true.cancelled

    async def _settle(self, move: Move, loss: FaultKind | None) -> MoveResult | None:
        """Send, and ask if the answer was lost; None when it was refused."""
        if loss:
            self.emulator.fault("*", Fault(loss))
        reply = await self.till.provider.send(move)
        if isinstance(reply, Unknown):
            assert loss
            self.emulator.faults.clear()
            settled = await self.till.provider.ask(move)
            assert isinstance(settled, Done | Refused | Unknown), settled
            return settled.result if isinstance(settled, Done) else None
        assert isinstance(reply, Done | Refused), reply
        return reply.result if isinstance(reply, Done) else None


@given(steps=STEPS)
@settings(max_examples=40, deadline=None)
def test_the_books_are_what_the_adapter_reported(steps: list[Sell | Refund | Revert]) -> None:
    asyncio.run(_tell(steps))


async def _tell(steps: list[Sell | Refund | Revert]) -> None:
    client = EmulatedClient(card=CARD.value, bonuses=OPENING)
    async with MaxmaEmulator([client], repeat_set=RepeatedSet.TICKET) as emulator:
        provider = MaxmaProvider(MaxmaSettings("club", emulator.base_url, KEY, "store-01", "Магазин"))
        try:
            story = Story(emulator, Till(provider))
            for step in steps:
                await story.play(step)
                emulator.ledger.check()
            assert client.bonuses == story.points
            assert client.reserved == 0
        finally:
            await provider.aclose()
