"""Params from the bytes as written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import AmountInvalid
from bridge.pos.decoding import params_decoder, parse_quantity
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.messages import (
    CloseParams,
    DrawerParams,
    LimitsParams,
    LineParam,
    ListParams,
    OpenParams,
    Params,
    PrintParams,
    ResolveParams,
    SubscribeParams,
)

limits = params_decoder(LimitsParams)
line = params_decoder(LineParam)
close = params_decoder(CloseParams)


def total_of(written: str) -> Decimal:
    return limits(b'{"receipt_id":"1","total":%b}' % written.encode()).total.value


def quantity_of(written: str) -> Decimal:
    return line(b'{"id":"1","code":"","name":"","price":1,"amount":1,"quantity":%b}' % written.encode()).quantity.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"1234.50"', "1234.50"),
        ('"1"', "1.00"),
        ('"1.5"', "1.50"),
        ("7", "7.00"),
        ("1.10", "1.10"),
        ("0.1", "0.10"),
        ("0", "0.00"),
        ("1000000000", "1000000000.00"),
        ('"1000000000.00"', "1000000000.00"),
    ],
)
def test_amounts_are_taken_with_two_digits(written: str, value: str) -> None:
    assert str(total_of(written)) == value


@pytest.mark.parametrize(
    "written",
    [
        *("1e2", "1E2", "1.5e0", '"1e2"', "1e400", '"1e400"'),
        *("-1", "-1.5", '"-1"', '"+1"', "-0.0"),
        *("1.005", '"1.005"', "1.100", '"0.001"'),
        *("1000000000.01", "1000000001", '"1000000000.01"', "9" * 25, "9" * 400),
        *('"NaN"', '"Infinity"', '"abc"', '""', '" 1"', '"1 "', '"1,5"', '"1."', '".5"', '"0x1"', '"１"'),
    ],
)
def test_what_is_no_amount_is_1012(written: str) -> None:
    with pytest.raises(AmountInvalid):
        total_of(written)


@pytest.mark.parametrize("written", ["true", "false", "null", "{}", "[]", '["1"]', '{"value":1.5}'])
def test_what_is_no_number_is_32602_with_its_path(written: str) -> None:
    with pytest.raises(InvalidParams, match=r"\$\.total"):
        total_of(written)


@pytest.mark.parametrize(
    ("written", "value"), [('"0.425"', "0.425"), ("2", "2"), ("1.5", "1.5"), ("0", "0"), ("0.001", "0.001")]
)
def test_quantities_keep_their_digits(written: str, value: str) -> None:
    assert str(quantity_of(written)) == value


@pytest.mark.parametrize("written", ["1.0005", '"1.0005"', "-1", "1e3", '"kg"', "1000000000.001", '""'])
def test_what_is_no_quantity_is_1012(written: str) -> None:
    with pytest.raises(AmountInvalid):
        quantity_of(written)


@given(st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False))
def test_a_quantity_of_three_decimals_is_itself(value: Decimal) -> None:
    assert parse_quantity(str(value)) == value


def test_amounts_deep_inside_are_checked_too() -> None:
    nested = b'{"receipt_id":"1","total":1,"lines":[{"id":"1","code":"","name":"","price":%b,"amount":1,"quantity":1}]}'
    assert limits(nested % b"1.25").lines is not None
    with pytest.raises(AmountInvalid):
        limits(nested % b"1.255")
    with pytest.raises(InvalidParams, match=r"\$\.lines\[0\]\.price"):
        limits(nested % b"null")


def test_an_optional_amount_may_be_null() -> None:
    assert close(b'{"receipt_id":"1","total":1,"redeemed":null}').redeemed is None
    redeemed = close(b'{"receipt_id":"1","total":1,"redeemed":"0"}').redeemed
    assert redeemed is not None
    assert redeemed.value == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"receipt_id":"1","total":1,"more":1}',
        b'["1",1]',
        b'{"receipt_id":"","total":1}',
        b'{"receipt_id":"' + b"x" * 65 + b'","total":1}',
        b'{"receipt_id":1,"total":1}',
        b'{"receipt_id":"1","total":1,"wait_ms":10001}',
        b'{"receipt_id":"1","total":1,"wait_ms":-1}',
        b'{"receipt_id":"1","total":1,"wait_ms":"1"}',
        b'{"receipt_id":"1","total":' + b"[" * 3000 + b"]" * 3000 + b"}",
    ],
)
def test_params_that_do_not_fit_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidParams):
        limits(raw)


def test_a_receipt_id_is_counted_in_characters() -> None:
    assert limits(('{"receipt_id":"' + "ч" * 64 + '","total":1}').encode()).receipt_id == "ч" * 64


@pytest.mark.parametrize("raw", [b"{}", b'{"code":"1","phone":"2"}', b'{"code":null,"name":null}'])
def test_a_card_is_asked_for_in_one_way(raw: bytes) -> None:
    with pytest.raises(InvalidParams, match="exactly one"):
        params_decoder(ResolveParams)(raw)


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-11-22T09:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
def test_a_moment_needs_its_zone_and_is_one_in_utc_too(since: str) -> None:
    with pytest.raises(InvalidParams):
        params_decoder(ListParams)(f'{{"since":"{since}"}}'.encode())


@pytest.mark.parametrize(
    ("params", "raw", "told"),
    [
        (OpenParams, '{"receipt_id":"1","operation":"Sale"}', "'Sale' - at `$.operation`: use refund, sale"),
        (ListParams, '{"state":"done"}', "'done' - at `$.state`: use cancelled, closed, open, prepared"),
        (SubscribeParams, '{"topics":["scan","cards"]}', "use card, device, provider, queue, receipt, scan"),
        (PrintParams, '{"lines":["x",{"text":"x","align":"centre"}]}', "`$.lines[1].align`: use center, left, right"),
        (PrintParams, '{"lines":[{"barcode":{"data":"1","type":"QR"}}]}', ".type`: use CODE128, EAN13"),
        (DrawerParams, '{"pin":3}', "3 - at `$.pin`: use 2, 5"),
    ],
)
def test_what_is_none_of_a_list_is_told_the_list(params: type[Params], raw: str, told: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        params_decoder(params)(raw.encode())
    assert told in str(caught.value)


def test_paper_takes_bare_strings_and_named_barcodes() -> None:
    params = params_decoder(PrintParams)(
        b'{"lines":["text",{"barcode":"12"},{"barcode":{"data":"12","type":"CODE128"}}]}'
    )
    assert params.lines[0] == "text"
    assert len(params.lines) == 3


def test_a_refusal_is_one_line_whatever_the_member_is_called() -> None:
    """It comes to logs and terminals; found by fuzzing."""
    with pytest.raises(InvalidParams) as caught:
        limits(b'{"receipt_id":"1","total":1,"re\\u0000\\u001b[2J\\n":1}')
    assert str(caught.value).isprintable()
    assert "re\\x00" in str(caught.value)
