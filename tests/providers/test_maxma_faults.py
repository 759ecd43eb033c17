"""Every fault between a till and its provider, over real sockets: what a lookup raises, what a move answers."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.domain.errors import ProviderRefused, ProviderUnavailable
from bridge.domain.moves import Away, Done, Move, MoveKind, Unknown
from bridge.emulation.maxma import EmulatedClient, Fault, FaultKind, MaxmaEmulator, RepeatedSet
from bridge.ports import ProviderState
from tests.providers.conftest import Connect
from tests.providers.contract import CARD, PHONE, Till, purchase

DATA = Path(__file__).parent / "data"
SHORT_MS = 250


@dataclass(frozen=True)
class Case:
    """lookup: what it raises; move: what it answers; state: what the provider is seen to be afterwards."""

    kind: FaultKind
    lookup: type[Exception]
    move: type[Unknown] | type[Away]
    state: ProviderState = ProviderState.UNAVAILABLE
    details: dict[str, float] = field(default_factory=dict)
    waits: bool = False

    @property
    def id(self) -> str:
        return "-".join([self.kind.value, *(f"{value:g}" for value in self.details.values())])

    def fault(self) -> Fault:
        fault = Fault(self.kind)
        for name, value in self.details.items():
            setattr(fault, name, value)
        return fault


def status(code: int, lookup: type[Exception], state: ProviderState) -> Case:
    return Case(FaultKind.STATUS, lookup, Unknown, state, {"status": code})


CASES = [
    *(status(code, ProviderUnavailable, ProviderState.UNAVAILABLE) for code in (400, 422, 500, 502, 503, 504)),
    *(status(code, ProviderRefused, ProviderState.REFUSED) for code in (401, 403, 404)),
    Case(FaultKind.TOO_MANY, ProviderUnavailable, Away),
    Case(FaultKind.TRY_LATER, ProviderUnavailable, Away, ProviderState.AVAILABLE),
    Case(FaultKind.HTML, ProviderUnavailable, Unknown),
    Case(FaultKind.WRONG_TYPES, ProviderUnavailable, Unknown),
    Case(FaultKind.NEGATIVE, ProviderUnavailable, Unknown),
    Case(FaultKind.ABSURD, ProviderUnavailable, Unknown),
    Case(FaultKind.TRUNCATED, ProviderUnavailable, Unknown),
    Case(FaultKind.OVERSIZE, ProviderUnavailable, Unknown),
    Case(FaultKind.GARBAGE, ProviderUnavailable, Unknown),
    Case(FaultKind.REDIRECT, ProviderUnavailable, Unknown),
    Case(FaultKind.LOST_REQUEST, ProviderUnavailable, Unknown),
    Case(FaultKind.LOST_REPLY, ProviderUnavailable, Unknown),
    Case(FaultKind.SILENCE, ProviderUnavailable, Unknown, waits=True),
    Case(FaultKind.DRIP, ProviderUnavailable, Unknown, waits=True),
    Case(FaultKind.DELAY, ProviderUnavailable, Unknown, details={"seconds": 600}, waits=True),
]

EVERY_FAULT = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@EVERY_FAULT
async def test_lookup(emulator: MaxmaEmulator, connect: Connect, case: Case) -> None:
    provider = connect(emulator.base_url, timeout_ms=SHORT_MS if case.waits else 30_000)
    emulator.fault("get-balance", case.fault())

    with pytest.raises(case.lookup) as raised:
        await provider.find(CARD)

    assert type(raised.value) is case.lookup
    assert provider.state is case.state
    assert CARD.value not in str(raised.value)
    assert (await connect(emulator.base_url).find(CARD)) is not None


@EVERY_FAULT
async def test_move_on_a_fresh_connection(emulator: MaxmaEmulator, connect: Connect, case: Case) -> None:
    provider = connect(emulator.base_url, write_timeout_ms=SHORT_MS if case.waits else 30_000)
    emulator.fault("set-purchase", case.fault())

    reply = await provider.send(Till(provider).sale(purchase()))

    assert type(reply) is case.move
    assert provider.state is case.state


@EVERY_FAULT
async def test_move_on_a_kept_connection_is_settled_by_asking(
    emulator: MaxmaEmulator, connect: Connect, case: Case
) -> None:
    provider = connect(emulator.base_url, write_timeout_ms=SHORT_MS if case.waits else 30_000)
    sale = Till(provider).sale(purchase())
    await provider.find(CARD)
    emulator.fault("set-purchase", case.fault())
    assert type(await provider.send(sale)) is case.move
    assert emulator.server.accepted == 1

    settled = await connect(emulator.base_url).ask(sale)

    assert isinstance(settled, Done)
    assert settled.result.ticket
    assert len(emulator.ledger.purchases) == 1
    emulator.ledger.check()


@pytest.mark.parametrize("kind", [MoveKind.CONFIRM, MoveKind.RELEASE, MoveKind.REFUND, MoveKind.REVERT])
@pytest.mark.parametrize("fault", [FaultKind.LOST_REPLY, FaultKind.LOST_REQUEST, FaultKind.WRONG_TYPES])
async def test_every_other_move_is_settled_by_asking(
    emulator: MaxmaEmulator, connect: Connect, kind: MoveKind, fault: FaultKind
) -> None:
    provider = connect(emulator.base_url)
    till = Till(provider)
    move = await _prepared(till, kind)
    emulator.fault("*", Fault(fault))
    sent = await provider.send(move)
    assert isinstance(sent, Unknown)

    assert isinstance(await provider.ask(move), Done)

    emulator.ledger.check()
    assert await till.balance() == (445 if kind is MoveKind.CONFIRM else 500)


async def _prepared(till: Till, kind: MoveKind) -> Move:
    """A move of this kind with everything before it done."""
    if kind in {MoveKind.REFUND, MoveKind.REVERT}:
        ref, _ = await till.sell(purchase())
        return till.refund(ref, "1000.00") if kind is MoveKind.REFUND else till.move(kind, target=ref)
    sale = till.sale(purchase())
    ticket = (await till.done(sale)).ticket
    if kind is MoveKind.CONFIRM:
        return till.confirm(sale, ticket)
    return till.move(kind, target=sale.move_id, ticket=ticket)


async def test_hold_whose_repeat_tells_no_ticket_stays_unknown(connect: Connect) -> None:
    client = EmulatedClient(card=CARD.value, phone=PHONE.value, bonuses=500)
    async with MaxmaEmulator([client], repeat_set=RepeatedSet.ALREADY_PROCESSED) as emulator:
        provider = connect(emulator.base_url)
        till = Till(provider)
        sale = till.sale(purchase())
        emulator.fault("set-purchase", Fault(FaultKind.LOST_REPLY))
        await provider.send(sale)

        assert isinstance(await provider.ask(sale), Unknown)

        (standing,) = emulator.ledger.purchases.values()
        assert isinstance(await provider.send(till.confirm(sale, standing.ticket)), Done)
        assert isinstance(await provider.ask(sale), Done), "the history lists what was bought"
        assert client.bonuses == 445


async def test_nobody_to_ask_leaves_it_as_it_was(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    move = await _prepared(Till(provider), MoveKind.CONFIRM)
    emulator.fault("get-purchase-history", Fault(FaultKind.STATUS, status=500))

    assert isinstance(await provider.ask(move), Away)
    emulator.fault("get-purchase-history", Fault(FaultKind.STATUS, status=403))
    assert isinstance(await provider.ask(move), Unknown)


async def test_answer_about_another_card_is_none(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    emulator.fault("get-balance", Fault(FaultKind.OTHER_CARD, times=2))

    for who in (CARD, PHONE):
        with pytest.raises(ProviderUnavailable, match="another"):
            await provider.find(who)


async def test_connection_closed_while_idle_is_replaced(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    emulator.fault("get-balance", Fault(FaultKind.HANG_UP))
    await provider.find(CARD)
    async with asyncio.timeout(5):
        await emulator.server.all_closed()

    assert isinstance(await provider.send(Till(provider).sale(purchase())), Done)
    assert emulator.server.accepted == 2


async def test_no_connection_is_away(connect: Connect) -> None:
    async with MaxmaEmulator() as gone:
        base_url = gone.base_url
    provider = connect(base_url)

    assert isinstance(await provider.send(Till(provider).sale(purchase())), Away)
    with pytest.raises(ProviderUnavailable):
        await provider.find(CARD)
    assert provider.state is ProviderState.UNAVAILABLE


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A peer whose kernel takes the connection, and that never says a word, not even TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_handshake_that_never_ends_is_away(mute_port: int, connect: Connect) -> None:
    provider = connect(f"https://127.0.0.1:{mute_port}", timeout_ms=SHORT_MS, write_timeout_ms=SHORT_MS)
    await provider.warm_up()

    assert isinstance(await provider.send(Till(provider).sale(purchase())), Away)
    with pytest.raises(ProviderUnavailable):
        await provider.find(CARD)


def self_signed() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "cert.pem", DATA / "key.pem")
    return context


async def test_certificate_that_nobody_vouches_for_is_away(connect: Connect) -> None:
    async with MaxmaEmulator(tls=self_signed()) as emulator:
        provider = connect(emulator.base_url.replace("https", "HTTPS"))

        assert isinstance(await provider.send(Till(provider).sale(purchase())), Away)
        with pytest.raises(ProviderUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await provider.find(CARD)
        assert emulator.requests == []


async def test_authority_of_the_system_is_trusted(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "cert.pem"))
    client = EmulatedClient(card=CARD.value, bonuses=500)
    async with MaxmaEmulator([client], tls=self_signed()) as emulator:
        assert await connect(emulator.base_url).find(CARD) is not None


async def test_proxies_of_the_environment_are_not_used(
    emulator: MaxmaEmulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert await connect(emulator.base_url).find(CARD) is not None


async def test_wrong_key_shows_at_the_start(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url, key="not-this-one")

    await provider.warm_up()

    assert provider.state is ProviderState.REFUSED
    with pytest.raises(ProviderRefused):
        await provider.find(CARD)


async def test_nothing_is_sent_after_closing(emulator: MaxmaEmulator, connect: Connect) -> None:
    provider = connect(emulator.base_url)
    await provider.find(CARD)
    await provider.aclose()

    assert isinstance(await provider.send(Till(provider).sale(purchase())), Away)
    assert emulator.ledger.purchases == {}
