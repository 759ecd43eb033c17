"""What is MAXMA's own: phones without cards, burning points, settings, paging, discounts of the programme."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bridge.domain.errors import CardBlocked, CardNotFound, LimitExceeded, ProviderRefused, ProviderUnavailable
from bridge.domain.money import money, points
from bridge.domain.moves import Done, MoveKind, Refused
from bridge.domain.personal import PersonName, Phone
from bridge.emulation.maxma import EmulatedClient, Fault, FaultKind, MaxmaEmulator, Rules
from bridge.ports import ProviderState
from bridge.providers.maxma import history
from tests.providers.conftest import Connect
from tests.providers.contract import CARD, Till, purchase


async def test_burning_and_pending_points(emulator: MaxmaEmulator, connect: Connect) -> None:
    member = await connect(emulator.base_url).find(CARD)

    assert member is not None
    assert member.pending == 30
    assert [(each.points, each.at) for each in member.expiring] == [(points(120), datetime(2026, 12, 31, tzinfo=UTC))]


async def test_client_without_a_card_can_buy(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    member = await provider.find(Phone("+79163333333"))
    assert member is not None

    await Till(provider).sell(purchase(50, card=member.number))

    assert emulator.ledger.clients[2].bonuses == 70 - 50 + 47


async def test_discount_of_the_programme_is_apart_from_the_shops(connect: Connect) -> None:
    client = EmulatedClient(card=CARD.value, bonuses=500)
    async with MaxmaEmulator([client], rules=Rules(offer_percent=Decimal(3))) as emulator:
        quote = await connect(emulator.base_url).quote(purchase(100))

    assert quote.discount == money(30)
    assert [line.discount for line in quote.lines] == [money(9), money(21)]
    assert quote.accrual == points(43)


async def test_limit_is_the_programmes(emulator: MaxmaEmulator, connect: Connect) -> None:
    quote = await connect(emulator.base_url).quote(purchase(450, total="600.00"))

    assert (quote.max_redeem, quote.redeemed) == (points(300), points(0))


async def test_no_search_by_name(emulator: MaxmaEmulator, connect: Connect) -> None:
    with pytest.raises(ProviderRefused):
        await connect(emulator.base_url).search(PersonName("Иванова"), 5)
    assert emulator.requests == []


async def test_confirmation_is_asked_for_once(connect: Connect) -> None:
    client = EmulatedClient(card=CARD.value, bonuses=500)
    async with MaxmaEmulator([client], rules=Rules(confirmation=True)) as emulator:
        provider = connect(emulator.base_url)
        emulator.fault("get-settings", Fault(FaultKind.STATUS, status=503))
        await provider.warm_up()
        quotes = [await provider.quote(purchase()) for _ in range(3)]

    assert [quote.confirmation for quote in quotes] == [True, True, True]
    assert len(emulator.calls("get-settings")) == 2


async def test_quote_fails_by_its_own_error(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    emulator.fault("v2/calculate-purchase", Fault(FaultKind.STATUS, status=403))

    with pytest.raises(ProviderRefused):
        await provider.quote(purchase())


async def test_rows_that_are_told_twice_are_no_quote(emulator: MaxmaEmulator, connect: Connect) -> None:
    emulator.fault("v2/calculate-purchase", Fault(FaultKind.TWICE))
    with pytest.raises(ProviderUnavailable):
        await connect(emulator.base_url).quote(purchase())


@pytest.mark.parametrize(
    ("code", "error"),
    [(1, ProviderRefused), (3, CardNotFound), (4, CardBlocked), (6, LimitExceeded), (49, ProviderUnavailable)],
)
async def test_a_quote_is_refused_by_what_is_wrong(
    emulator: MaxmaEmulator, connect: Connect, code: int, error: type[Exception]
) -> None:
    emulator.fault("v2/calculate-purchase", Fault(FaultKind.REFUSAL, code=code))

    with pytest.raises(error):
        await connect(emulator.base_url).quote(purchase(100))


async def test_history_is_read_page_by_page(
    emulator: MaxmaEmulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    provider = connect(emulator.base_url)
    till = Till(provider)
    _, (_, first) = await till.sell(purchase(0))
    for _ in range(4):
        await till.sell(purchase(0))

    assert isinstance(await provider.ask(first), Done)

    assert len(emulator.calls("get-purchase-history")) == 3
    assert len(emulator.calls("confirm-ticket")) == 5


async def test_released_hold_gives_the_points_back(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    till = Till(provider)
    sale = till.sale(purchase(100))
    ticket = (await till.done(sale)).ticket
    assert await till.balance() == 400
    release = till.move(MoveKind.RELEASE, target=sale.move_id, ticket=ticket)

    assert isinstance(await provider.send(release), Done)
    assert isinstance(await provider.send(release), Done)

    assert await till.balance() == 500
    assert isinstance(await provider.send(till.confirm(sale, ticket)), Refused)


async def test_release_of_what_was_bought_is_refused(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    till = Till(provider)
    _, (sale, confirm) = await till.sell(purchase(100))

    reply = await provider.send(till.move(MoveKind.RELEASE, target=sale.move_id, ticket=confirm.ticket))

    assert isinstance(reply, Refused)
    assert reply.code == "17"


async def test_says_who_and_in_which_language(emulator: MaxmaEmulator, connect: Connect) -> None:
    await connect(emulator.base_url).find(CARD)

    (request,) = emulator.requests
    assert (request.path, request.key, request.language) == ("/get-balance", emulator.key, "ru")


async def test_the_key_is_never_shown(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    assert emulator.key not in repr(vars(provider))


async def test_reference_is_the_hold(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    result = await Till(provider).done(Till(provider).sale(purchase()))
    assert provider.reference(result.provider_ref) == result.provider_ref
    assert result.provider_ref in emulator.ledger.purchases
    assert provider.state is ProviderState.AVAILABLE
