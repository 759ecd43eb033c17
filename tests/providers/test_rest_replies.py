"""What a system may answer: pointers, and everything that no honest reply can say."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import CardBlocked, CardNotFound, ProviderRefused, ProviderUnavailable
from bridge.domain.member import CardKind, CardState
from bridge.domain.money import points
from bridge.domain.moves import Absent, Away, Done, Refused
from bridge.domain.personal import CardNumber, Phone
from bridge.providers.exchange import HttpReply
from bridge.providers.http import Fault, WireError
from bridge.providers.rest.pointer import at
from bridge.providers.rest.profile import BalanceReply, Factor, FindReply, ListReply, MoveReply, Units
from bridge.providers.rest.replies import MAX_LISTED, balance_in, document_of, found_in, is_among, page_in, result_in
from bridge.providers.rest.verdicts import No, NotLetIn, lookup_failure, reader, verdict
from tests.providers.rest import shipped

CARD, PHONE = CardNumber("0017"), Phone("+79161234567")
REPLY = shipped("locards").find.reply
ENTRY = {
    "number": "0017",
    "phone": "8 916 123-45-67",
    "last_name": "Иванова",
    "first_name": "Мария",
    "template": "Клуб",
    "kind": "bonus",
    "status": "active",
    "balance": 350,
    "discount_percent": 0,
    "earn_percent": 5,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=8,
)


def _found(*entries: dict[str, Any], who: CardNumber | Phone = CARD, units: Units = Units()) -> list[Any]:  # noqa: B008
    return found_in({"cards": list(entries)}, REPLY, who, units)


def test_pointers() -> None:
    document = {"a": [{"b/c": 1, "~": 2}], "": 3, "n": None}
    found = {pointer: at(document, pointer) for pointer in ("/a/0/b~1c", "/a/0/~0", "/", "", "/n", "/a/1", "/a/x")}
    assert found == {"/a/0/b~1c": 1, "/a/0/~0": 2, "/": 3, "": document, "/n": None, "/a/1": None, "/a/x": None}
    assert [at(document, pointer) for pointer in ("/a/00000000", "/a/-1", "/a/٣", "/n/x", "/a/0/b~1c/0")] == [None] * 5


def test_a_card() -> None:
    (found,) = _found(ENTRY)
    member = found.member
    assert (member.number, member.holder.value, member.template) == (CARD, "Иванова Мария", "Клуб")
    assert (member.balance, member.kind, member.state) == (points(350), CardKind.BONUS, CardState.ACTIVE)
    assert (found.accrue_percent, member.phone) == (Decimal(5), PHONE)
    assert _found() == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("blocked", CardState.BLOCKED),
        ("expired", CardState.EXPIRED),
        ("frozen", CardState.UNKNOWN),
        (True, CardState.UNKNOWN),
    ],
)
def test_states_by_the_words_of_the_system(status: object, state: CardState) -> None:
    assert _found(ENTRY | {"status": status})[0].member.state is state


def test_units_of_points() -> None:
    assert _found(ENTRY | {"balance": 35050}, units=Units(points=Factor("0.01")))[0].member.balance == points("350.50")
    assert _found(ENTRY | {"balance": "350.509"})[0].member.balance == points("350.50")


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "0018"},
        {"number": ""},
        {"number": ["0017"]},
        {"balance": -1},
        {"balance": "1e9"},
        {"balance": 10**12},
        {"balance": True},
        {"balance": [1]},
        {"discount_percent": 101},
        {"earn_percent": -1},
        {"last_name": {"a": 1}},
    ],
)
def test_what_no_card_can_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        _found(ENTRY | wrong)


def test_a_card_told_twice() -> None:
    assert len(_found(ENTRY, ENTRY)) == 1
    with pytest.raises(WireError, match="twice"):
        _found(ENTRY, ENTRY | {"balance": 351})


def test_a_phone_of_several_cards_and_of_another() -> None:
    assert len(_found(ENTRY, ENTRY | {"number": "0018"}, who=PHONE)) == 2
    with pytest.raises(WireError, match="another phone"):
        _found(ENTRY | {"phone": "+79990000000"}, who=PHONE)


def test_cards_without_end() -> None:
    with pytest.raises(WireError, match="no list"):
        _found(*(ENTRY | {"number": str(number)} for number in range(51)), who=PHONE)


@given(document=JSON)
def test_any_json_is_a_card_or_refused(document: object) -> None:
    """Nothing but a value or a WireError comes of a reply."""
    try:
        found_in(document, REPLY, CARD, Units())
        found_in(document, FindReply(card="", state=REPLY.state, kind=REPLY.kind), CARD, Units())
    except WireError:
        return


@given(document=JSON)
def test_any_json_is_an_operation_or_refused(document: object) -> None:
    profile = shipped("cardlab")
    assert profile.purchase is not None
    try:
        result_in(document, profile.purchase.reply, "s/t/1", CARD, Units())
        balance_in(document, BalanceReply(balance="/b"), CARD, Units())
    except WireError:
        return


def test_a_page_goes_on_until_it_leads_nowhere() -> None:
    reply = ListReply(list="/l", cursor="/n", card="/c", phone="/p", balance="/b")
    entries: list[dict[str, object]] = [{"c": "0017", "b": 4}, {"p": "89161234567"}, {"b": 1}, {"c": "0018", "b": -1}]
    page = page_in({"l": entries, "n": 3}, reply, "", Units())
    assert [member.number.value for member in page.members] == ["0017", "+79161234567"]
    assert (page.cursor, page.is_last) == ("3", False)
    assert page_in({"l": entries, "n": "3"}, reply, "3", Units()).is_last
    for end in ({"l": [], "n": "5"}, {"l": entries}, {"l": entries, "n": ""}):
        assert page_in(end, reply, "3", Units()).is_last
    assert page_in({"l": entries}, reply, "3", Units()).cursor == "3"
    no_pages: list[dict[str, object]] = [{}, {"l": {}}, {"l": [{"c": []}]}, {"l": [{"b": -1}]}]
    for wrong in (*no_pages, {"l": entries * MAX_LISTED}):
        with pytest.raises(WireError):
            page_in(wrong, reply, "", Units())


def test_an_answer_about_another_operation_or_card() -> None:
    reply = MoveReply(ref="/no", id="/id", card="/card", accrued="/earned", printout="/slip")
    told = {"id": "s/t/1", "card": "0017", "no": 77, "earned": "4.50", "slip": ["a", "b"]}
    result = result_in(told, reply, "s/t/1", CARD, Units())
    assert (result.provider_ref, result.ticket, result.accrued) == ("77", "77", points("4.50"))
    assert [line.text for line in result.printout] == ["a", "b"]
    for wrong in (
        {"id": "s/t/2"},
        {"id": None},
        {"card": "0018"},
        {"card": ""},
        {"no": None},
        {"slip": "a"},
        {"slip": [1]},
        {"earned": "much"},
    ):
        with pytest.raises(WireError):
            result_in(told | wrong, reply, "s/t/1", CARD, Units())


def test_no_json() -> None:
    assert document_of(b"") == {}
    for body in (b"<html>", b"\xff", b"[" * 100_000, b'{"a": 1e999999999999}', b"NaN"):
        try:
            document_of(body)
        except WireError:
            continue
        assert body.startswith(b"{")  # a number without end may be read; it is refused where it is looked at


def test_words_have_their_types() -> None:
    assert is_among(0, (0,))
    assert not is_among(False, (0,))
    assert not is_among("0", (0,))


def _read(status: int, body: bytes, operation: str = "purchase") -> object:
    profile = shipped("locards")
    call = profile.calls()[operation]
    return reader(profile, operation, call, lambda document: document)(HttpReply(status, {}, body))


def _error(code: str) -> bytes:
    return f'{{"error": {{"code": "{code}", "text": "карта 2900000000018"}}}}'.encode()


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (404, "card_unknown", "card_not_found"),
        (422, "card_blocked", "card_blocked"),
        (422, "too_many_points", "limit_exceeded"),
        (503, "try_later", "away"),
        (422, "not_possible", "refused"),
        (200, "not_possible", "refused"),
    ],
)
def test_errors_by_the_words_of_the_system(status: int, code: str, means: str) -> None:
    no = _read(status, _error(code))
    assert no == No(means, "карта *********0018")


@pytest.mark.parametrize(
    ("status", "sent", "refused"), [(500, True, False), (302, True, False), (404, True, True), (418, True, False)]
)
def test_statuses_that_nobody_has_a_meaning_for(status: int, sent: bool, refused: bool) -> None:
    with pytest.raises(Fault) as raised:
        _read(status, b"<html>")
    assert (raised.value.sent, raised.value.refused) == (sent, refused)


def test_not_let_in_means_not_taken() -> None:
    with pytest.raises(NotLetIn) as raised:
        _read(401, b"")
    assert isinstance(raised.value.answer, Away)


@pytest.mark.parametrize(
    ("means", "error", "reply"),
    [
        ("card_not_found", CardNotFound, Refused),
        ("card_blocked", CardBlocked, Refused),
        ("away", ProviderUnavailable, Away),
        ("refused", ProviderRefused, Refused),
        ("done", ProviderRefused, Done),
        ("absent", ProviderRefused, Absent),
    ],
)
def test_what_a_no_means(means: str, error: type[Exception], reply: type[object]) -> None:
    no = No(means, "no")
    assert type(lookup_failure(no)) is error
    assert type(verdict(no, "ref")) is reply


def test_a_card_that_owes_points_after_a_return_does_not_make_the_return_unknown() -> None:
    """What the sale had earned was spent before it came back; the operation was made all the same."""
    reply = MoveReply(reversed="/taken", balance="/balance")
    result = result_in({"taken": "30", "balance": "-20"}, reply, "s/t/1", None, Units())
    assert (result.reversed, result.balance_after) == (points(30), None)
    with pytest.raises(WireError):
        result_in({"taken": "-30", "balance": "0"}, reply, "s/t/1", None, Units())
