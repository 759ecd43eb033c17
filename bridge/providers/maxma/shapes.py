"""The shapes of MAXMA's replies, strictly typed; members that we have no use for are not named and so not looked at.

Optional members may be missing or null: the API's documents say which, not how.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, field

from bridge.providers.http import WireError
from bridge.providers.maxma.errors import ErrorReply

S = TypeVar("S")
T = TypeVar("T")

Code = Annotated[int, Meta(ge=0, le=1_000_000)]
# Points are whole; a server that reckons in floats writes 500.0, and only replies.py can tell that from 500.5.
Whole = int | float
Int64 = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Shape(Struct, rename="camel"):
    """Names here are ours, names on the wire are camelCase."""


class Envelope(Shape):
    error_code: Code | None = None
    description: str | None = None


class Client(Shape):
    bonuses: Whole
    pending_bonuses: Whole | None = None
    card: Int64 | None = None
    card_string: str | None = None
    phone_number: str | None = None
    full_name: str | None = None
    surname: str | None = None
    name: str | None = None
    patronymic_name: str | None = None


class Burning(Shape):
    amount: Whole
    expire_at: datetime | None = None


class Level(Shape):
    name: str | None = None


class BalanceReply(Shape):
    client: Client
    bonuses: list[Burning] | None = None
    level: Level | None = None


class NewClientReply(Shape):
    client: Raw


class Discounts(Shape):
    auto: Decimal = Decimal(0)
    manual: Decimal = Decimal(0)
    bonuses: Decimal = Decimal(0)


class RowBonuses(Shape):
    applied: Whole = 0


class Row(Shape):
    total_discount: Decimal
    discounts: Discounts
    bonuses: RowBonuses | None = None


class Summary(Shape):
    total_discount: Decimal
    discounts: Discounts


class Bonuses(Shape):
    applied: Whole
    collected: Whole
    max_to_apply: Whole


class Calculation(Shape):
    rows: list[Row]
    summary: Summary
    bonuses: Bonuses | None = None


class CalculateReply(Shape):
    calculation_result: Calculation


class ClientBonuses(Shape):
    available: Whole


class SetReply(Shape):
    ticket: Annotated[str, Meta(min_length=1)]
    calculation_result: Calculation
    client_bonuses: ClientBonuses | None = None
    receipt_info: list[Raw] | None = None


class Empty(Shape):
    """`{}`: done, and nothing to say."""


class ReturnAmounts(Shape):
    recovered_bonuses: Whole
    cancelled_bonuses: Whole


class CalculateReturnReply(Shape):
    calculation: ReturnAmounts


class ReturnReply(Shape):
    confirmation: ReturnAmounts


class RevertAmounts(Shape):
    refunded_bonuses: Whole
    cancelled_bonuses: Whole


class RevertReply(Shape):
    operation_result: RevertAmounts


class BookedPoints(Shape):
    applied: Whole = 0
    collected: Whole | None = None


class HistoryItem(Shape):
    txid: str | None = None
    total_amount: Decimal | None = None
    bonuses: BookedPoints | None = None


class GivenBack(Shape):
    return_id: str
    refund_amount: Decimal | None = None


class BonusEntry(Shape):
    """One change of a balance: `amount` has a sign. Of the operations that MAXMA names, those of a return."""

    amount: Whole
    refunded: GivenBack | None = field(default=None, name="OPERATION_REFUNDED")
    cancelled: GivenBack | None = field(default=None, name="OPERATION_CANCELLED")


class Pagination(Shape):
    total: int


class HistoryReply(Shape):
    history: list[HistoryItem]
    pagination: Pagination


class BonusHistoryReply(Shape):
    history: list[BonusEntry]
    pagination: Pagination


class SettingsReply(Shape):
    bonus_applying_confirmation: Raw = Raw(b"false")


class CodeReply(Shape):
    code: Annotated[str, Meta(min_length=1, max_length=32)]
    channel: str | None = None
    expires_at: datetime | None = None


def reader(shape: type[S], convert: Callable[[S], T]) -> Callable[[bytes], T | ErrorReply]:
    """Reads a reply: what `convert` makes of this shape, or the error in its place. Raises WireError."""

    def read(body: bytes) -> "T | ErrorReply":  # text: no union is made for each reply
        reply = _decode(body, shape)
        return reply if isinstance(reply, ErrorReply) else convert(reply)

    return read


def _decode(body: bytes, shape: type[S]) -> S | ErrorReply:
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        if envelope.error_code:
            return ErrorReply.of(envelope.error_code, envelope.description or "")
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a reply of MAXMA ({type(error).__name__})") from None
