"""What all methods share: the two bases, amounts and quantities, ids, times, the data of an error."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

PROTOCOL = "1.0"


class _Number:
    """A decimal of a request; no dataclass and no Decimal, because msgspec would build those itself, unchecked."""

    __slots__ = ("value",)

    def __init__(self, value: Decimal) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value})"


class Amount(_Number):
    """An amount of money or points in a request: `value` has two digits."""


class Quantity(_Number):
    """How much of a line's article: `value` has at most three decimals."""


class Params(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all params: unknown members are refused (-32602)."""


class Result(Struct, kw_only=True):
    """Base of all results."""


class NoParams(Params):
    """No params."""


class Empty(Result):
    """Done; there is nothing more to say."""


ReceiptId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="unique per till for ever, chosen by the cash program",
    ),
]
WaitMs = Annotated[int, Meta(ge=0, le=10_000, description="how long the answer may be waited for, in ms")]

# What requests give: a decimal string, or a number.
MoneyParam = Annotated[Amount, Meta(title="money")]
PointsParam = Annotated[Amount, Meta(title="points")]

# What replies hold. A provider may let a balance of points fall below zero; money never does.
MoneyText = Annotated[str, Meta(title="money", pattern=r"^[0-9]+\.[0-9]{2}$")]
PointsText = Annotated[str, Meta(title="points", pattern=r"^-?[0-9]+\.[0-9]{2}$")]
PercentText = Annotated[str, Meta(title="percent", pattern=r"^[0-9]+\.[0-9]{2}$")]
TimeText = Annotated[str, Meta(title="time", extra_json_schema={"format": "date-time"})]


class ErrorData(Result):
    """What a cash program can act on."""

    kind: Annotated[str, Meta(description="the error's name; never changes")]
    retryable: Annotated[bool, Meta(description="true: the same call may succeed later")]
    text: Annotated[str, Meta(description="a sentence for the cashier, in the till's language")]
