"""A lost answer is settled by sending the move again, where the vendor promises that an id counts once."""

from bridge.domain.moves import Done, Unknown
from bridge.emulation.rest import RestEmulator
from bridge.emulation.web.faults import Fault, FaultKind
from tests.providers.contract import Till, purchase
from tests.providers.rest import cards, connected


async def test_a_no_to_a_repeat_says_nothing_of_what_was_taken_before() -> None:
    async with RestEmulator(cards()) as emulator, connected("rest", emulator) as provider:
        sale = Till(provider).sale(purchase(100))
        emulator.fault("purchases", Fault(FaultKind.LOST_REPLY))
        assert isinstance(await provider.send(sale), Unknown)
        emulator.fault("purchases", Fault(FaultKind.REFUSAL))
        refused = await provider.ask(sale)
        assert isinstance(refused, Unknown)
        assert not refused.is_final
        assert "refused" in refused.reason
        assert isinstance(await provider.ask(sale), Done)
        assert len(emulator.ledger.operations) == 1
