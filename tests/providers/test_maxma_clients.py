"""New clients at MAXMA: what goes over the wire, and what each answer means."""

from typing import Any

import pytest

from bridge.domain.errors import ProviderUnavailable
from bridge.domain.known_card import NewCard, Registered, Registration
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.emulation.maxma import Fault, FaultKind, MaxmaEmulator
from bridge.providers.maxma.clients import MaxmaClients
from bridge.providers.maxma.requests import new_client
from tests.providers.conftest import Connect
from tests.providers.contract import CARD, PHONE, UNKNOWN

NEW = NewCard(UNKNOWN, PersonName("Смирнова Анна"), Phone("+79991112233"))


@pytest.mark.parametrize(
    ("holder", "names"),
    [
        ("Смирнова Анна", {"surname": "Смирнова", "name": "Анна"}),
        (
            "Алиев Рустам Керим оглы",
            {"surname": "Алиев", "name": "Рустам", "patronymicName": "Керим оглы"},
        ),
    ],
)
def test_the_name_goes_in_parts(holder: str, names: dict[str, str]) -> None:
    told: dict[str, Any] = new_client(NewCard(UNKNOWN, PersonName(holder), NEW.phone))

    assert told == {"client": {"card": UNKNOWN.value, "phoneNumber": "+79991112233", **names}}


async def registered(emulator: MaxmaEmulator, connect: Connect, card: NewCard) -> Registered:
    register = connect(emulator.base_url).card_register
    assert isinstance(register, MaxmaClients)
    return await register.register(card)


async def test_a_phone_of_another_client_is_refused(emulator: MaxmaEmulator, connect: Connect) -> None:
    answer = await registered(emulator, connect, NewCard(CardNumber("1"), NEW.holder, PHONE))

    assert answer == Registered(Registration.REFUSED, "the phone belongs to another client of MAXMA")


async def test_a_card_that_is_there_stays_as_it_is(emulator: MaxmaEmulator, connect: Connect) -> None:
    answer = await registered(emulator, connect, NewCard(CARD, NEW.holder, NEW.phone))

    assert answer == Registered(Registration.KNOWN)
    assert emulator.ledger.clients[0].phone == PHONE.value


@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.TOO_MANY, FaultKind.LOST_REPLY, FaultKind.TRY_LATER])
async def test_a_lost_answer_is_asked_for_again(emulator: MaxmaEmulator, connect: Connect, kind: FaultKind) -> None:
    emulator.fault("new-client", Fault(kind))
    with pytest.raises(ProviderUnavailable):
        await registered(emulator, connect, NEW)


async def test_any_other_no_is_told_with_its_code(emulator: MaxmaEmulator, connect: Connect) -> None:
    answer = await registered(emulator, connect, NewCard(UNKNOWN, NEW.holder, Phone("")))

    assert answer == Registered(Registration.REFUSED, "Не указан телефон (code 29)")


async def test_a_client_whose_phone_and_card_are_there_is_known(emulator: MaxmaEmulator, connect: Connect) -> None:
    """The phone is refused first, and says nothing of whose it is."""
    assert await registered(emulator, connect, NewCard(CARD, NEW.holder, PHONE)) == Registered(Registration.KNOWN)
    suspended = emulator.ledger.clients[1]
    card = NewCard(CardNumber(suspended.card), NEW.holder, Phone(suspended.phone))
    assert await registered(emulator, connect, card) == Registered(Registration.KNOWN)
    assert len(emulator.calls("get-balance")) == 2
