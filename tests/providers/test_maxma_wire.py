"""MAXMA's requests and replies without a network: names, numbers, and nothing that a reply could break."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.member import CardState, Expiring, Member
from bridge.domain.money import money, points
from bridge.domain.moves import Away, Done, MoveKind, MoveResult, PaperLine, Purchase, Refused, Return, Unknown
from bridge.domain.personal import CardNumber, Phone
from bridge.domain.sale import Basket, Line
from bridge.providers.http import WireError
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.errors import ErrorReply, verdict
from bridge.providers.maxma.moves import call_of
from bridge.providers.maxma.provider import MaxmaProvider
from tests.providers.contract import AT, CARD, PHONE, Till, purchase
from tests.providers.maxma_replies import HONEST, READERS, SETTINGS, assert_harmless


def sent(body: requests.Json) -> dict[str, Any]:
    """As the provider reads it, numbers with the digits they had."""
    read: dict[str, Any] = json.loads(requests.encode(body), parse_float=Decimal)
    return read


def test_set_purchase() -> None:
    body = sent(requests.set_purchase("store-01/till-1/R-77/hold/1", purchase(100), SETTINGS))

    query = body["calculationQuery"]
    assert body["txid"] == "store-01/till-1/R-77/hold/1"
    assert query["client"] == {"card": CARD.value}
    assert query["shop"] == {"code": "store-01", "name": "Магазин на Ленина"}
    assert query["cashier"] == {"code": "17", "name": "Ольга"}
    assert query["executedAt"] == "2026-03-08T12:00:00+00:00"
    assert query["applyBonuses"] == 100
    assert isinstance(query["applyBonuses"], int)
    assert query["rows"][1] == {
        "id": "2",
        "product": {"sku": "2100004", "title": "Сыр весовой", "blackPrice": Decimal("700.00")},
        "qty": Decimal("1.250"),
        "autoDiscount": Decimal("175.00"),
        "noApplyBonuses": False,
        "noCollectBonuses": False,
    }


def test_money_goes_with_its_own_digits() -> None:
    line = Line("1", "1", "Чай", Decimal(3), money("0.10"), money("0.30"), min_price=money("0.07"))
    body = requests.encode(
        requests.calculate_purchase(Purchase(CARD, Basket.of(money("0.30"), (line,)), points(0), AT), SETTINGS)
    )

    assert b'"blackPrice":0.10,"minPrice":0.07' in body
    assert b'"qty":3,' in body


def test_surcharge_goes_as_one_piece() -> None:
    line = Line("1", "1", "Доставка", Decimal(2), money(100), money(250))
    body = sent(requests.calculate_purchase(Purchase(CARD, Basket.of(money(250), (line,)), points(0), AT), SETTINGS))
    (row,) = body["calculationQuery"]["rows"]
    assert (row["product"]["blackPrice"], row["qty"], row["autoDiscount"]) == (250, 1, 0)


def test_half_a_point_is_not_cut() -> None:
    asked = replace(purchase(), redeem=points("1.50"))
    assert b'"applyBonuses":1.50' in requests.encode(requests.calculate_purchase(asked, SETTINGS))


def test_apply_return() -> None:
    line = Line("1", "460", "Чай", Decimal(2), money(100), money(200))
    refund = Return(CardNumber("+79161234567"), "store-01/till-1/R-1/hold/1", money(200), AT, (line,))

    assert sent(requests.apply_return("store-01/till-1/R-2/refund/1", refund, SETTINGS)) == {
        "transaction": {
            "phoneNumber": "+79161234567",
            "id": "store-01/till-1/R-2/refund/1",
            "executedAt": "2026-03-08T12:00:00+00:00",
            "purchaseId": "store-01/till-1/R-1/hold/1",
            "shopCode": "store-01",
            "shopName": "Магазин на Ленина",
            "refundAmount": 200,
            "items": [{"sku": "460", "itemCount": 2}],
        }
    }


BALANCE: dict[str, Any] = {
    "client": {
        "phoneNumber": "8 (916) 123-45-67",
        "card": 290000000017,
        "cardString": CARD.value,
        "fullName": "Иванова Мария",
        "birthdate": "1900-01-01T00:00:00Z",
        "bonuses": 500,
        "pendingBonuses": 30,
    },
    "bonuses": [{"expireAt": "2026-12-31T21:00:00+00:00", "amount": 120}, {"amount": 380}],
    "level": {"level": 2, "name": "Серебро", "levelSpent": 1.5},
}


def member_of(body: dict[str, Any], asked: CardNumber | Phone = CARD) -> Member:
    read = shapes.reader(shapes.BalanceReply, lambda reply: replies.to_member(reply, asked))
    member = read(json.dumps(body).encode())
    assert isinstance(member, Member)
    return member


def client_with(**changes: object) -> dict[str, Any]:
    return {**BALANCE, "client": {**BALANCE["client"], **changes}}


def test_member() -> None:
    member = member_of(BALANCE)

    assert (member.number, member.tier, member.state) == (CARD, "Серебро", CardState.ACTIVE)
    assert (member.balance, member.pending) == (points(500), points(30))
    assert member.expiring == (Expiring(points(120), datetime(2026, 12, 31, 21, tzinfo=UTC)),)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    """JSON has one kind of number: a server that reckons in floats says 500.0."""
    member = member_of(client_with(bonuses=500.0, pendingBonuses=30.0))
    assert (member.balance, member.pending) == (points(500), points(30))


def test_card_without_its_leading_zero_is_the_same_card() -> None:
    assert member_of(client_with(cardString=None)).number == CARD


@pytest.mark.parametrize(
    "changes",
    [
        {"cardString": "290000000017"},
        {"cardString": None, "card": 17},
        {"cardString": None, "card": None},
        {"bonuses": -1},
        {"bonuses": 10**12},
        {"bonuses": "500"},
        {"bonuses": 1.5},
        {"bonuses": 1e300},
        {"bonuses": True},
        {"bonuses": None},
        {"pendingBonuses": -5},
        {"card": 2**63},
    ],
    ids=str,
)
def test_member_that_cannot_be_trusted(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        member_of(client_with(**changes))


def test_card_of_five_thousand_digits() -> None:
    body = json.dumps(client_with(cardString=None)).replace("290000000017", "1" * 5000)
    with pytest.raises(WireError):
        READERS["/get-balance"](body.encode())


def test_phone_of_another() -> None:
    assert member_of(BALANCE, PHONE).number == CARD
    with pytest.raises(WireError):
        member_of(BALANCE, Phone("+79990000000"))


def test_client_without_a_card_goes_by_the_phone() -> None:
    member = member_of(client_with(card=None, cardString=None), PHONE)

    assert member.number == CardNumber(PHONE.value)
    assert requests.client_keys(member.number) == {"phoneNumber": PHONE.value}
    assert member_of(client_with(card=None, cardString=None), member.number).number == member.number


def test_paper() -> None:
    items = [
        {"type": "text", "text": {"value": "Спасибо", "align": "center"}},
        {"type": "text", "text": {"value": "x", "align": "justified"}},
        {"type": "table", "table": {"left": "Баллы", "right": "45"}},
        {"type": "barcode", "barcode": {"type": "QR", "data": "https://example.org"}},
        {"type": "barcode", "barcode": {"type": "EAN13", "data": "2900000000018"}},
        {"type": "barcode", "barcode": {"type": "AZTEC", "data": "1"}},
        {"type": "barcode", "barcode": {"type": "QR", "data": "x" * 2001}},
        {"type": "divider"},
        {"type": "text"},
        {"type": "hologram"},
        7,
    ]
    assert set_result(receiptInfo=items).printout == (
        PaperLine(text="Спасибо", align="center"),
        PaperLine(text="x"),
        PaperLine(left="Баллы", right="45"),
        PaperLine(qr="https://example.org"),
        PaperLine(barcode="2900000000018", barcode_type="EAN13"),
        PaperLine(divider=True),
    )


def set_result(**changes: object) -> MoveResult:
    call = call_of(Till(MaxmaProvider(SETTINGS)).sale(purchase()), SETTINGS)
    assert call is not None
    result = call.read(json.dumps({**json.loads(HONEST["/set-purchase"]), **changes}).encode())
    assert isinstance(result, MoveResult)
    return result


def test_hold_without_optional_parts() -> None:
    result = set_result(receiptInfo=None, clientBonuses=None)
    assert (result.printout, result.balance_after) == ((), None)


@pytest.mark.parametrize("changes", [{"ticket": ""}, {"ticket": None}, {"ticket": 7}, {"calculationResult": []}])
def test_hold_that_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        set_result(**changes)


@pytest.mark.parametrize(
    ("kind", "code", "repeated", "expected"),
    [
        (MoveKind.HOLD, 3, False, Refused("text", "3", "card_not_found")),
        (MoveKind.HOLD, 4, False, Refused("text", "4", "card_blocked")),
        (MoveKind.HOLD, 6, False, Refused("text", "6", "limit_exceeded")),
        (MoveKind.HOLD, 6, True, Unknown("text (code 6): the lost first try may be the reason")),
        (MoveKind.HOLD, 5, True, Refused("text", "5")),
        (MoveKind.HOLD, 17, False, Unknown("already set, its ticket is not known")),
        (MoveKind.HOLD, 49, False, Away("text")),
        (MoveKind.CONFIRM, 17, False, Done(MoveResult())),
        (MoveKind.CONFIRM, 21, False, Refused("text", "21")),
        (MoveKind.CONFIRM, 21, True, Unknown("text (code 21): the lost first try may be the reason")),
        (MoveKind.CONFIRM, 22, True, Refused("text", "22")),
        (MoveKind.RELEASE, 22, False, Done(MoveResult())),
        (MoveKind.RELEASE, 21, True, Done(MoveResult())),
        (MoveKind.RELEASE, 17, True, Refused("text", "17")),
        (MoveKind.HOLD, 1, False, Refused("text", "1")),
        (MoveKind.HOLD, 1, True, Unknown("text (code 1): the lost first try may be the reason")),
        (MoveKind.RELEASE, 1, True, Unknown("text (code 1): the lost first try may be the reason")),
        (MoveKind.REFUND, 17, True, Unknown("already returned, its points are not known")),
        (MoveKind.REFUND, 11, False, Refused("text", "11")),
        (MoveKind.REFUND, 11, True, Unknown("text (code 11): the lost first try may be the reason")),
        (MoveKind.REVERT, 17, True, Done(MoveResult())),
        (MoveKind.REVERT, 21, False, Refused("text", "21")),
    ],
)
def test_verdict(kind: MoveKind, code: int, *, repeated: bool, expected: object) -> None:
    assert verdict(kind, ErrorReply(code, "text"), repeated=repeated) == expected


def test_error_texts_are_short_and_masked() -> None:
    error = ErrorReply.of(3, "Клиент +79161234567 не найден" + "!" * 500)

    assert "4567" in error.description
    assert "79161234567" not in error.description
    assert len(error.description) <= 200
    assert ErrorReply.of(1, "").description == "MAXMA error 1"


PATHS = st.sampled_from(sorted(READERS))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["NaN", "sNaN", "Infinity", "1E+999999", "-0", "2026-13-01", 10**30, -1])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def test_honest_replies_are_understood() -> None:
    assert set(HONEST) == set(READERS)
    for path, body in HONEST.items():
        assert not isinstance(READERS[path](body), ErrorReply), path


@given(path=PATHS, body=st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_replies_raise_nothing_but_wire_error(path: str, body: bytes) -> None:
    assert_harmless(path, body)


@given(path=PATHS, data=st.data())
def test_bent_replies_raise_nothing_but_wire_error(path: str, data: st.DataObject) -> None:
    reply = json.loads(HONEST[path])
    for _ in range(data.draw(st.integers(1, 3))):
        _bend(reply, data)
    assert_harmless(path, json.dumps(reply).encode())


@pytest.mark.parametrize("number", ["1E+999999", "-1E+999999", '"sNaN"', '"NaN"', '"Infinity"', "1e30"])
def test_absurd_discounts(number: str) -> None:
    body = HONEST["/v2/calculate-purchase"].replace(b'"auto":0', b'"auto":' + number.encode())
    assert body != HONEST["/v2/calculate-purchase"]
    with pytest.raises(WireError):
        READERS["/v2/calculate-purchase"](body)


def test_too_deep_a_reply() -> None:
    assert_harmless("/confirm-ticket", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def _bend(node: dict[Any, Any] | list[Any], data: st.DataObject) -> None:
    """Replace or drop one member somewhere in the tree."""
    if not node:
        return
    place: Any = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node)))))
    if isinstance(node[place], dict | list) and data.draw(st.booleans()):
        _bend(node[place], data)
    elif data.draw(st.booleans()):
        node[place] = data.draw(JSON)
    else:
        del node[place]
