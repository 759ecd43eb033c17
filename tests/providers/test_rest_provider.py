"""A provider spoken to by a profile, over real HTTP: sign-in, faults, and how lost answers are settled."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from structlog.testing import capture_logs

from bridge.domain.errors import CardAmbiguous, CardNotFound, ProviderRefused, ProviderUnavailable
from bridge.domain.known_card import NewCard, Registered, Registration
from bridge.domain.member import CardState
from bridge.domain.money import points
from bridge.domain.moves import Absent, Away, Done, Move, MoveKind, Refused, Unknown
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.emulation.rest import NOTICE, EmulatedCard, RestEmulator
from bridge.emulation.web.faults import Fault, FaultKind
from bridge.ports import ProviderState
from bridge.providers.rest.profile import Profile
from tests.providers.contract import CARD, PHONE, UNKNOWN, Till, purchase
from tests.providers.rest import OTHER, cards, connected, shipped

NEW = NewCard(UNKNOWN, PersonName("Смирнова Анна Петровна"), Phone("+79991112233"), "Сотрудник")
LOST = Fault(FaultKind.LOST_REPLY)


@pytest.fixture
async def emulator() -> AsyncIterator[RestEmulator]:
    async with RestEmulator(cards()) as running:
        yield running
        running.ledger.check()


def _without_status(profile: Profile) -> Profile:
    return msgspec.structs.replace(profile, status=None)


async def test_every_reply_says_whose_format_it_is(emulator: RestEmulator) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(emulator.base_url.rpartition(":")[2]))
    writer.write(b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\nX-Key: emulated-key\r\nConnection: close\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert b"404" in head.splitlines()[0]
    assert json.loads(body)["notice"] == NOTICE
    assert "ours, not the vendor's" in NOTICE


async def test_requests_as_the_profile_has_them(emulator: RestEmulator) -> None:
    async with connected("locards", emulator) as provider:
        await Till(provider).sell(purchase(100))
        (request,) = emulator.calls("purchases")
        assert (request.method, request.path) == ("POST", "/v1/purchases")
        assert json.loads(request.body) == {
            "id": "store-01/till-1/R-1/purchase/1",
            "card": CARD.value,
            "receipt": "R-1",
            "shop": {"code": "store-01", "name": "Магазин на Ленина", "till": "till-1"},
            "total": 1000,
            "spent": 100,
            "at": "2026-03-08T12:00:00+00:00",
            "cashier": "17",
            "items": [
                {"code": "4600051000057", "name": "Чай", "quantity": 1, "amount": 300},
                {"code": "2100004", "name": "Сыр весовой", "quantity": 1.25, "amount": 700},
            ],
        }


async def test_a_discount_card_and_a_phone_of_two_cards(emulator: RestEmulator) -> None:
    emulator.ledger.cards.append(EmulatedCard("0290000000048", PHONE.value))
    async with connected("locards", emulator) as provider:
        with pytest.raises(CardAmbiguous):
            await provider.find(PHONE)
        assert len(await provider.search(PHONE, 5)) == 2
        with pytest.raises(ProviderRefused):
            await provider.search(PersonName("Иванова"), 5)
        quote = await provider.quote(purchase(0, card=CardNumber(OTHER)))
        assert (quote.discount, quote.discount_percent) == (Decimal("100.00"), Decimal(10))
        with pytest.raises(CardNotFound):
            await provider.quote(purchase(0, card=UNKNOWN))


@pytest.mark.parametrize("card", ["..", ".", "a/b?c#d", "карта", "%2e%2e", "&x=1"])
async def test_odd_cards_are_unknown_and_nothing_else(emulator: RestEmulator, card: str) -> None:
    async with connected("cardlab", emulator) as provider:
        assert await provider.find(CardNumber(card)) is None
        assert {request.path.partition("?")[0] for request in emulator.requests} <= {"/v1/sign-in", "/v1/cards"}


# --- sign-in ---------------------------------------------------------------------------------------


async def test_one_sign_in_serves_many_and_is_renewed_once(emulator: RestEmulator) -> None:
    async with connected("cardlab", emulator) as provider:
        await asyncio.gather(*(provider.find(CARD) for _ in range(5)))
        assert len(emulator.calls("sign-in")) == 1
        emulator.expire()
        with capture_logs() as logs:
            members = await asyncio.gather(*(provider.find(CARD) for _ in range(5)))
        assert all(members)
        assert len(emulator.calls("sign-in")) == 2
        assert [line for line in logs if line["event"] == "provider_state"] == []


async def test_a_sign_in_that_is_refused_moves_nothing(emulator: RestEmulator) -> None:
    async with connected("cardlab", emulator) as provider:
        emulator.password = "changed"
        with pytest.raises(ProviderRefused, match="401"):
            await provider.find(CARD)
        assert provider.state is ProviderState.REFUSED
        till = Till(provider)
        assert isinstance(await provider.send(till.sale(purchase(100))), Away)
        assert (emulator.calls("redemptions"), len(emulator.calls("sign-in"))) == ([], 2)


async def test_a_token_that_is_never_taken_is_renewed_once_and_no_more(emulator: RestEmulator) -> None:
    async with connected("cardlab", emulator) as provider:
        await provider.find(CARD)
        emulator.fault("redemptions", Fault(FaultKind.STATUS, status=401, times=9))
        reply = await provider.send(Till(provider).sale(purchase(100)))
        assert isinstance(reply, Away)
        assert (len(emulator.calls("redemptions")), len(emulator.calls("sign-in"))) == (2, 2)


async def test_a_sign_in_that_hangs_is_not_a_move_in_doubt(emulator: RestEmulator) -> None:
    async with connected("cardlab", emulator, write_timeout_ms=100) as provider:
        emulator.fault("sign-in", Fault(FaultKind.SILENCE))
        assert isinstance(await provider.send(Till(provider).sale(purchase(100))), Away)


async def test_a_wrong_key(emulator: RestEmulator) -> None:
    emulator.key = "another"
    async with connected("locards", emulator) as provider:
        emulator.key = "changed"
        with pytest.raises(ProviderRefused):
            await provider.find(CARD)
        assert isinstance(await provider.send(Till(provider).sale(purchase(0))), Away)
        assert provider.state is ProviderState.REFUSED


# --- faults ----------------------------------------------------------------------------------------

BROKEN = [
    Fault(FaultKind.STATUS, status=500),
    Fault(FaultKind.HTML),
    Fault(FaultKind.WRONG_TYPES),
    Fault(FaultKind.TRUNCATED),
    Fault(FaultKind.OVERSIZE),
    Fault(FaultKind.GARBAGE),
    Fault(FaultKind.REDIRECT),
    Fault(FaultKind.SILENCE),
    Fault(FaultKind.DRIP),
    Fault(FaultKind.LOST_REQUEST),
    Fault(FaultKind.LOST_REPLY),
    Fault(FaultKind.OTHER_CARD),
    Fault(FaultKind.NEGATIVE),
    Fault(FaultKind.ABSURD),
]


SHORT_MS = 400
WITHOUT_END = {FaultKind.SILENCE, FaultKind.DRIP}


def _deadline_ms(fault: Fault) -> int:
    """Short only where nothing but the deadline ends the exchange: a busy machine answers late."""
    return SHORT_MS if fault.kind in WITHOUT_END else 30_000


@pytest.mark.parametrize("fault", [*BROKEN, Fault(FaultKind.TWICE)], ids=lambda fault: fault.kind)
async def test_broken_lookups_are_unavailable(emulator: RestEmulator, fault: Fault) -> None:
    async with connected("locards", emulator, timeout_ms=_deadline_ms(fault)) as provider:
        emulator.fault("cards", replace(fault))
        with pytest.raises(ProviderUnavailable):
            await provider.find(CARD)
    async with connected("locards", emulator) as provider:
        assert await provider.find(CARD) is not None


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.kind)
@pytest.mark.parametrize(
    ("kind", "path"), [("locards", "purchases"), ("rest", "purchases"), ("cardlab", "redemptions")]
)
async def test_broken_moves_are_unknown_and_then_known(
    emulator: RestEmulator, fault: Fault, kind: str, path: str
) -> None:
    """By the status of the operation, or by a repeat that the vendor promises to take once."""
    async with connected(kind, emulator, write_timeout_ms=_deadline_ms(fault)) as provider:
        sale = Till(provider).sale(purchase(100))
        await provider.find(CARD)  # where there is a sign-in, it is not what takes too long
        emulator.fault(path, replace(fault))
        assert isinstance(await provider.send(sale), Unknown)
    async with connected(kind, emulator) as provider:
        known = await provider.ask(sale)
        if isinstance(known, Absent):
            known = await provider.send(sale)
        assert isinstance(known, Done)
        assert known.result.redeemed == points(100)
        if path == "purchases":
            assert known.result.accrued == points(45)
        assert len(emulator.ledger.operations) == 1


@pytest.mark.parametrize("fault", [Fault(FaultKind.TOO_MANY, retry_after="7"), Fault(FaultKind.TRY_LATER)])
async def test_what_was_surely_not_taken_is_away(emulator: RestEmulator, fault: Fault) -> None:
    async with connected("locards", emulator) as provider:
        emulator.fault("purchases", replace(fault))
        reply = await provider.send(Till(provider).sale(purchase(100)))
        assert isinstance(reply, Away)
        assert emulator.ledger.operations == {}


@pytest.mark.parametrize("kind", ["locards", "cardlab", "rest"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nobody_there_and_no_tls_moves_nothing(emulator: RestEmulator, kind: str, scheme: str) -> None:
    """Nobody listens, or whoever does speaks no TLS: not a byte of the request went out."""
    base_url = emulator.base_url.replace("http:", "https:")
    if scheme == "http":
        with socket.create_server(("127.0.0.1", 0)) as closed:
            base_url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    async with connected(kind, emulator, base_url=base_url) as provider:
        with pytest.raises(ProviderUnavailable):
            await provider.find(CARD)
        assert isinstance(await provider.send(Till(provider).sale(purchase(100))), Away)
        assert provider.state is ProviderState.UNAVAILABLE
    assert emulator.requests == []


async def test_nobody_can_be_asked_without_status_or_promise(emulator: RestEmulator) -> None:
    profile = _without_status(shipped("locards"))
    async with connected("locards", emulator, profile=profile) as provider:
        sale = Till(provider).sale(purchase(100))
        emulator.fault("purchases", replace(LOST))
        assert isinstance(await provider.send(sale), Unknown)
        reply = await provider.ask(sale)
        assert reply == Unknown("the programme cannot be asked what became of it", is_final=True)
        assert len(emulator.calls("purchases")) == 1


async def test_a_refused_question_is_no_refusal_of_the_move(emulator: RestEmulator) -> None:
    async with connected("locards", emulator) as provider:
        sale = Till(provider).sale(purchase(0))
        emulator.fault("operations", Fault(FaultKind.REFUSAL))
        assert isinstance(await provider.ask(sale), Unknown)


async def test_a_status_that_cannot_be_asked_for_leaves_the_move_in_doubt(emulator: RestEmulator) -> None:
    async with connected("locards", emulator, timeout_ms=SHORT_MS) as provider:
        sale = Till(provider).sale(purchase(0))
        emulator.fault("operations", Fault(FaultKind.SILENCE))
        assert isinstance(await provider.ask(sale), Away)
    async with connected("locards", emulator) as provider:
        emulator.fault("operations", Fault(FaultKind.STATUS, status=403))
        assert isinstance(await provider.ask(sale), Unknown)
        assert isinstance(await provider.ask(sale), Absent)


async def test_a_system_that_gives_sales_numbers_of_its_own(emulator: RestEmulator) -> None:
    """Another till's sale cannot be named by our id then; what is undone is named by theirs."""
    locards = shipped("locards")
    assert locards.purchase is not None
    told = msgspec.structs.replace(locards.purchase.reply, ref="/id")
    profile = msgspec.structs.replace(locards, purchase=msgspec.structs.replace(locards.purchase, reply=told))
    async with connected("locards", emulator, profile=profile) as provider:
        till = Till(provider)
        sale = till.sale(purchase(100))
        result = await till.done(sale)
        assert (provider.reference(sale.move_id), result.ticket) == ("", sale.move_id)
        revert = till.move(MoveKind.REVERT, target="our own id of it", ticket=result.ticket)
        assert isinstance(await provider.send(revert), Done)
        assert await till.balance() == 500


async def test_a_blocked_card_that_is_answered_with_an_error(emulator: RestEmulator) -> None:
    async with connected("locards", emulator) as provider:
        emulator.fault("cards", Fault(FaultKind.REFUSAL, code=1))
        with pytest.raises(ProviderRefused, match="staged 1"):
            await provider.find(CARD)
    profile = shipped("locards")
    errors = (msgspec.structs.replace(profile.errors[-1], equals=("not_possible",), means="card_blocked"),)
    async with connected("locards", emulator, profile=msgspec.structs.replace(profile, errors=errors)) as provider:
        emulator.fault("cards", Fault(FaultKind.REFUSAL, code=1))
        member = await provider.find(CARD)
        assert member is not None
        assert (member.state, member.balance) == (CardState.BLOCKED, None)


async def test_a_customer_without_a_card_goes_by_the_phone(emulator: RestEmulator) -> None:
    """Where the profile sells by the phone too; else the installer hears what is missing."""
    phone = Phone("+79164444444")
    emulator.ledger.cards.append(EmulatedCard("", phone.value, points=200_00))
    async with connected("rest", emulator) as provider:
        member = await provider.find(phone)
        assert member is not None
        assert (await provider.quote(purchase(50, card=member.number))).max_redeem == points(200)
        await Till(provider).sell(purchase(50, card=member.number))
        (request,) = emulator.calls("purchases")
        told = json.loads(request.body)
        assert (told["phone"], "card" in told) == ("+79164444444", False)
        assert emulator.ledger.cards[-1].points == (200 - 50) * 100 + 4750
    async with connected("locards", emulator) as provider:
        with pytest.raises(ProviderRefused, match="no number of the card"):
            await provider.find(phone)


async def test_a_cancellation_gives_back_all_whatever_the_cashier_typed(emulator: RestEmulator) -> None:
    locards = shipped("locards")
    assert locards.cancel is not None
    silent = msgspec.structs.replace(locards.cancel, reply=type(locards.cancel.reply)(id="/id"))
    for profile, restored in ((locards, points(100)), (msgspec.structs.replace(locards, cancel=silent), None)):
        async with connected("locards", emulator, profile=profile) as provider:
            till = Till(provider)
            ref, _ = await till.sell(purchase(100))
            result = await till.done(till.refund(ref, "1000.00", restore=points(30)))
            assert result.restored == restored
            emulator.ledger.operations.clear()
            emulator.ledger.cards[0].opening = emulator.ledger.cards[0].points


async def test_points_worth_more_than_money(emulator: RestEmulator) -> None:
    """A point pays two roubles: room and shares are reckoned in points."""
    profile = shipped("locards")
    units = msgspec.structs.replace(profile.units, rate=type(profile.units.rate)(2))
    async with connected("locards", emulator, profile=msgspec.structs.replace(profile, units=units)) as provider:
        quote = await provider.quote(purchase(100))
        assert (quote.max_redeem, quote.redeemed, quote.accrual) == (points(500), points(100), points(40))
        assert sum(line.points for line in quote.lines) == 100


async def test_logs_name_no_card_and_no_secret(emulator: RestEmulator) -> None:
    with capture_logs() as logs:
        async with connected("cardlab", emulator) as provider:
            emulator.fault("*", Fault(FaultKind.STATUS, status=500, times=2))
            for _ in range(2):
                with pytest.raises(ProviderUnavailable):
                    await provider.find(CARD)
            await provider.find(Phone("+79161234567"))
    text = str(logs)
    assert not any(secret in text for secret in (CARD.value, "79161234567", emulator.password, emulator.key))


async def test_a_move_with_no_place_in_the_address_is_refused(emulator: RestEmulator) -> None:
    profile = shipped("locards")
    assert profile.cancel is not None
    cancel = msgspec.structs.replace(profile.cancel, path="/v1/purchases/{base}/cancel")
    async with connected("locards", emulator, profile=msgspec.structs.replace(profile, cancel=cancel)) as provider:
        revert: Move = Till(provider).move(MoveKind.REVERT, target="..")
        assert isinstance(await provider.send(revert), Refused)
        assert emulator.requests == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(FaultKind.TRY_LATER), ProviderUnavailable),
        (Fault(FaultKind.LOST_REPLY), ProviderUnavailable),
        (Fault(FaultKind.HTML), ProviderUnavailable),
        (Fault(FaultKind.STATUS, status=403), ProviderRefused),
    ],
)
async def test_an_exchange_of_cards_that_fails_says_whether_it_may_come_again(
    emulator: RestEmulator, fault: Fault, error: type[Exception]
) -> None:
    async with connected("locards", emulator) as provider:
        assert provider.card_source is not None
        assert provider.card_register is not None
        emulator.fault("all-cards", replace(fault))
        with pytest.raises(error):
            await provider.card_source.page("")
        emulator.fault("new-cards", replace(fault))
        with pytest.raises(error):
            await provider.card_register.register(NEW)


async def test_a_new_card_in_the_systems_own_words(emulator: RestEmulator) -> None:
    async with connected("locards", emulator) as provider:
        assert provider.card_register is not None
        assert await provider.card_register.register(NEW) == Registered(Registration.NEW)
        told = await provider.card_register.register(replace(NEW, number=CardNumber("0777")))
        assert told == Registered(Registration.REFUSED, "the phone is another customer's")
    assert json.loads(emulator.calls("new-cards")[0].body) == {
        "card": UNKNOWN.value,
        "phone": "+79991112233",
        "last_name": "Смирнова",
        "first_name": "Анна",
        "middle_name": "Петровна",
        "template": "Сотрудник",
    }
