"""Templates of requests: values stay data, whatever they are."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import Encoder

from bridge.domain.personal import Phone
from bridge.domain.phone import normalise_phone
from bridge.providers.rest.profile import Factor, Units
from bridge.providers.rest.template import (
    MISSING,
    NoSuchPlace,
    Placeholder,
    TemplateError,
    address,
    header_value,
    headers,
    parse,
    render,
)
from bridge.providers.rest.values import FORMATS, LINE, NAMES, TILL, Kind, Values

PURCHASE = {**TILL, **NAMES["purchase"]}
FIND = {**TILL, **NAMES["find"]}
AT = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def _wire(body: object) -> Any:  # noqa: ANN401 - JSON of any shape
    return json.loads(Encoder(decimal_format="number").encode(body), parse_float=Decimal)


def test_parts_of_a_template() -> None:
    assert parse("{card}") == (Placeholder("card"),)
    assert parse("a {at:unix} b") == ("a ", Placeholder("at", "unix"), " b")
    assert parse("{{{card}}}") == ("{", Placeholder("card"), "}")
    assert parse("") == ()
    for wrong in ("{", "a}", "{Card}", "{card", "{}", "{a b}"):
        with pytest.raises(TemplateError, match="a lone"):
            parse(wrong)


@pytest.mark.parametrize(
    ("template", "wire"),
    [
        ("{total}", 1000),
        ("{total:text}", "1000.00"),
        ("{redeem}", Decimal("100.5")),
        ("{redeem:text}", "100.50"),
        ("{at}", "2026-03-08T12:00:00+00:00"),
        ("{at:unix}", 1772971200),
        ("{at:unix_ms}", 1772971200000),
        ("№ {id} / {redeem}", "№ a/b / 100.50"),
        ({"a": "{card}", "b": [1, True, "{id}"]}, {"a": "0017", "b": [1, True, "a/b"]}),
        ({"a": "{cashier}", "b": ["{cashier}"], "c": "x {cashier}"}, {"b": []}),
    ],
)
def test_values_in_their_own_types(template: object, wire: object) -> None:
    values = Values({"total": Decimal("1000.00"), "redeem": Decimal("100.50"), "at": AT, "id": "a/b", "card": "0017"})
    assert _wire(render(template, PURCHASE, values)) == wire


def test_units_of_the_wire() -> None:
    units = Units(points=Factor("0.01"), money=Factor("0.01"))
    values = Values({"total": Decimal("1000.10"), "redeem": Decimal("0.50")}, (), units)
    body = {"total": "{total}", "redeem": "{redeem:text}"}
    assert _wire(render(body, PURCHASE, values)) == {"total": 100010, "redeem": "50"}


@pytest.mark.parametrize(
    ("form", "wire"), [("", "+79161234567"), (":digits", "79161234567"), (":national", "9161234567")]
)
def test_phones_as_the_system_wants_them(form: str, wire: str) -> None:
    assert render(f"{{phone{form}}}", FIND, Values({"phone": "+79161234567"})) == wire


def test_a_foreign_phone_has_no_shorter_form() -> None:
    assert render("{phone:national}", FIND, Values({"phone": "+49301234567"})) == "49301234567"


@given(national=st.from_regex(r"[0-9]{10}", fullmatch=True), form=st.sampled_from(FORMATS[Kind.PHONE]))
def test_a_phone_in_any_form_is_still_that_phone(national: str, form: str) -> None:
    wire = render(f"{{phone:{form}}}", FIND, Values({"phone": f"+7{national}"}))
    assert normalise_phone(wire) == Phone(f"+7{national}")


@given(foreign=st.from_regex(r"\+[1-689][0-9]{6,14}", fullmatch=True), form=st.sampled_from(FORMATS[Kind.PHONE]))
def test_a_foreign_phone_loses_no_digit(foreign: str, form: str) -> None:
    assert render(f"{{phone:{form}}}", FIND, Values({"phone": foreign})).removeprefix("+") == foreign[1:]


def test_lines() -> None:
    lines = tuple({"line.code": code, "line.quantity": Decimal("1.250"), "line.no_accrue": False} for code in "ab")
    template = {"for_each": "lines", "item": {"c": "{line.code}", "q": "{line.quantity}", "n": "{line.no_accrue}"}}
    rendered = _wire(render({"items": template}, {**PURCHASE, **LINE}, Values({}, lines)))
    assert rendered == {"items": [{"c": code, "q": Decimal("1.250"), "n": False} for code in "ab"]}


@given(card=ANY_TEXT, name=ANY_TEXT)
def test_nothing_gets_out_of_its_place_in_json(card: str, name: str) -> None:
    """Braces, quotes and placeholders in a value are text there."""
    body = {"card": "{card}", "told": "<{cashier}>", "{card}": 1}
    rendered = _wire(render(body, PURCHASE, Values({"card": card, "cashier": name})))
    assert rendered == {"card": card, "told": f"<{name}>", "{card}": 1}


@given(card=ANY_TEXT, phone=ANY_TEXT)
def test_nothing_gets_out_of_its_place_in_an_address(card: str, phone: str) -> None:
    values = Values({"card": card, "phone": phone})
    try:
        told = address("/v1/cards/{card}/balance", {"p": "{phone:e164}", "q": "a b&c"}, FIND, values)
    except NoSuchPlace:
        assert card in {".", ".."}
        return
    assert told.isascii()
    parts = urlsplit(f"https://x.ru{told}")
    steps = parts.path.split("/")
    assert (parts.netloc, parts.fragment, len(steps)) == ("x.ru", "", 5)
    assert unquote(steps[3]) == card
    assert parse_qsl(parts.query, keep_blank_values=True) == [("p", phone), ("q", "a b&c")]


@pytest.mark.parametrize("card", ["", ".", ".."])
def test_a_value_that_would_lead_elsewhere_is_no_address(card: str) -> None:
    with pytest.raises(NoSuchPlace):
        address("/v1/cards/{card}", {}, FIND, Values({"card": card}))


def test_what_is_not_known_is_left_out_of_the_query() -> None:
    query = {"number": "{card}", "phone": "{phone}"}
    assert address("/cards", query, FIND, Values({"phone": "+79161234567"})) == "/cards?phone=%2B79161234567"
    assert address("/cards", {"number": "{card}"}, FIND, Values({})) == "/cards"
    assert render("{card}", FIND, Values({})) is MISSING


@given(text=ANY_TEXT)
def test_headers_carry_printable_ascii_only(text: str) -> None:
    told = header_value(text)
    assert told.isascii()
    assert told.isprintable()


def test_a_header_that_names_the_till() -> None:
    values = Values({"till": "касса-1", "id": "s/t/1"})
    told = headers({"X-Till": "{till}", "Idempotency-Key": "{id}", "X-No": "{cashier}"}, PURCHASE, values)
    assert told == {"X-Till": "%D0%BA%D0%B0%D1%81%D1%81%D0%B0-1", "Idempotency-Key": "s/t/1"}


def test_secrets_stay_out_of_the_repr() -> None:
    assert "s3cret" not in repr(Values({"key": "s3cret"}))
    assert set(Kind) == {kind for names in (TILL, LINE, *NAMES.values()) for kind in names.values()}
