"""Params, typed, from the bytes that the client wrote.

msgspec hands a float's *text* to its float_hook, also on the way to a type of ours, so "1e2" and "1.10" are seen as
written. A wrong JSON type is -32602 with its path; a wrong number is 1012 (AmountInvalid) wherever it stands.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from bridge.domain.errors import AmountInvalid
from bridge.domain.money import LIMIT, parse_amount
from bridge.one_line import one_line
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.messages import Amount, Params, Quantity

P = TypeVar("P", bound=Params)

_NOT_OF_A_LIST = re.compile(r"Invalid enum value .* - at `(\$[^`]*)`", re.DOTALL)
_QUANTITY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)


def parse_quantity(text: str) -> Decimal:
    """The quantity in `text` ("2", "0.375"); 0 is a voided position. Raises AmountInvalid."""
    if not _QUANTITY.fullmatch(text):
        raise AmountInvalid(f"not a quantity: {text[:40]!r} (digits, at most three decimals, no sign)")
    if (quantity := Decimal(text)) > LIMIT:
        raise AmountInvalid(f"{text[:40]} is over the limit of {LIMIT}")
    return quantity


_NUMBERS: dict[type[Amount | Quantity], Callable[[str], Decimal]] = {
    Amount: parse_amount,
    Quantity: parse_quantity,
}


def params_decoder(params_type: type[P]) -> Callable[[bytes], P]:
    """A function from raw params to `params_type`. It raises InvalidParams or AmountInvalid."""
    decoder = msgspec.json.Decoder(params_type, dec_hook=_number, float_hook=_as_written)

    def decode(raw: bytes) -> P:
        try:
            return decoder.decode(raw)
        except msgspec.DecodeError as error:
            raise InvalidParams(one_line(_explained(params_type, str(error)))) from error
        except RecursionError as error:
            raise InvalidParams("nested too deep") from error

    return decode


def _explained(params_type: type, complaint: str) -> str:
    """With what may stand there, where that is a list: msgspec tells what stands there and where."""
    found = _NOT_OF_A_LIST.fullmatch(complaint)
    if found is None:
        return complaint
    from bridge.pos.allowed import allowed  # noqa: PLC0415 - only for a caller who is wrong

    return f"{complaint}: use {', '.join(allowed(params_type, found[1]))}"


def _as_written(text: str) -> str:
    return text


def _number(number_type: type[Amount | Quantity], written: Any) -> object:  # noqa: ANN401 - whatever JSON value stands there
    if isinstance(written, bool) or not isinstance(written, str | int):
        raise TypeError("Expected a decimal string or a number")
    return number_type(_NUMBERS[number_type](str(written)))
