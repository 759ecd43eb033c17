"""Receipts: what is sold, what may be redeemed, what became of it."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from bridge.pos.messages.base import (
    Amount,
    AmountText,
    Params,
    Quantity,
    ReceiptId,
    Result,
    TimeText,
    WaitMs,
)
from bridge.pos.messages.cards import CardSource
from bridge.pos.messages.devices import PrintLine

OperationName = Literal["sale", "refund"]
ReceiptStateName = Literal["open", "prepared", "closed", "cancelled"]
Total = Annotated[
    Amount,
    Meta(description="what the customer would pay after the shop's own discounts, before ours and before points"),
]


class CashierParam(Params):
    """Who sells."""

    code: str = ""
    name: str = ""


class LineParam(Params):
    """One position of the receipt."""

    id: str
    code: str
    name: str
    quantity: Quantity
    price: Annotated[Amount, Meta(description="of one unit")]
    amount: Annotated[Amount, Meta(description="of the line, before our discount")]
    category: str = ""
    min_price: Annotated[Amount | None, Meta(description="no discount goes below it")] = None
    no_redeem: Annotated[bool, Meta(description="points cannot pay for it")] = False
    no_accrue: Annotated[bool, Meta(description="it earns no points")] = False


class PaymentParam(Params):
    """How the customer paid; told to providers that want it."""

    type: str
    amount: Amount


class FiscalParam(Params):
    """The fiscal document that the cash program made."""

    number: str | int
    at: str = ""


class BaseParam(Params):
    """The sale that a refund is about; another till's sale can be named."""

    receipt_id: ReceiptId
    till: str = ""
    total: Amount | None = None
    redeemed: Amount | None = None
    card: str = ""
    provider_ref: str = ""


Lines = Annotated[list[LineParam] | None, Meta(description="absent: the receipt counts as one line of the total")]
Payments = list[PaymentParam] | None


class OpenParams(Params):
    """A new receipt; its discount starts at 0."""

    receipt_id: ReceiptId
    operation: OperationName
    base: BaseParam | None = None
    cashier: CashierParam | None = None


class ReceiptIdParams(Params):
    """Which receipt."""

    receipt_id: ReceiptId


class LimitsParams(Params):
    """What is asked about, as it stands now."""

    receipt_id: ReceiptId
    total: Total
    lines: Lines = None
    wait_ms: WaitMs = 0


class RedeemParams(Params):
    """How many points the customer wants to spend."""

    receipt_id: ReceiptId
    points: Amount
    code: Annotated[str | None, Meta(description="the customer's confirmation code, where one is asked")] = None
    wait_ms: WaitMs = 1500


class PrepareParams(Params):
    """The receipt as it goes to the fiscal printer."""

    receipt_id: ReceiptId
    total: Total
    lines: Lines = None
    payments: Payments = None
    wait_ms: WaitMs = 1500


class CloseParams(Params):
    """The receipt as it was fiscalised."""

    receipt_id: ReceiptId
    total: Total
    redeemed: Annotated[
        Amount | None,
        Meta(description='points spent; absent: the standing redemption; "0.00" cancels it'),
    ] = None
    operation: OperationName | None = None
    card: str | None = None
    base: BaseParam | None = None
    lines: Lines = None
    payments: Payments = None
    fiscal: FiscalParam | None = None
    restore: Annotated[Amount | None, Meta(description="points to give back on a refund")] = None
    wait_ms: WaitMs = 1500


class CancelParams(Params):
    """Which receipt is given up."""

    receipt_id: ReceiptId
    wait_ms: WaitMs = 1500


class ListParams(Params):
    """Which receipts; newest first."""

    state: ReceiptStateName | None = None
    since: Annotated[str | None, Meta(description="opened at or after: RFC 3339 with its zone")] = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100

    def __post_init__(self) -> None:
        if self.since is not None and datetime.fromisoformat(self.since).tzinfo is None:
            raise ValueError("`since` names no time zone")


class Discount(Result):
    """What our card takes off the total."""

    percent: str | None
    amount: AmountText


class LimitPoints(Result):
    """What the customer's points can do on this receipt."""

    balance: AmountText | None
    max_redeem: AmountText
    multiple: Annotated[AmountText, Meta(description="points are spent in multiples of it")]
    rate: Annotated[str, Meta(description="money per point")]
    confirmation: Annotated[bool, Meta(description="the customer must tell a confirmation code")]
    restore: Annotated[AmountText | None, Meta(description="on a refund: what the provider gives back")] = None


class Reason(Result):
    """Why a limit is lower than hoped for."""

    code: Literal[
        "no_card",
        "lookup_running",
        "offline",
        "entry",
        "confirmation",
        "provider_limit",
        "shop_limit",
        "card_state",
    ]
    text: str


class Limits(Result):
    """The answer before the cashier asks the customer."""

    discount: Discount
    points: LimitPoints
    accrual_preview: AmountText | None
    source: CardSource
    as_of: TimeText
    reasons: list[Reason]


class RedemptionResult(Result):
    """Points to be spent on a receipt."""

    points: AmountText
    amount: Annotated[AmountText, Meta(description="their worth in money")]
    state: Annotated[
        Literal["noted", "reserved", "written_off", "unknown"],
        Meta(description="noted: the provider hears of it at `receipt.close`"),
    ]


class OutcomeResult(Result):
    """What became of a receipt at the provider; null = not known."""

    state: Annotated[
        Literal["done", "queued", "manual", "unknown", "refused"],
        Meta(description="done, refused and manual are final; queued and unknown become final later"),
    ]
    accrued: AmountText | None
    redeemed: AmountText | None
    restored: AmountText | None
    reversed: AmountText | None
    balance_after: AmountText | None
    provider_ref: str | None
    printout: list[PrintLine]
    job_id: str | None
    task_id: str | None
    reason: str | None


class PreparedLine(Result):
    """Our discount and the points spent, spread over one line."""

    id: str
    discount: AmountText
    points: AmountText


class Prepared(Result):
    """What goes on the fiscal paper."""

    total: AmountText
    discount: Discount
    redeemed: AmountText
    lines: list[PreparedLine]
    accrual_preview: AmountText | None
    printout: list[PrintLine]


class ReceiptResult(Result):
    """A receipt as the bridge knows it."""

    receipt_id: str
    operation: OperationName
    state: ReceiptStateName
    card: Annotated[str | None, Meta(description="its number")]
    redemption: RedemptionResult | None
    total: AmountText | None
    outcome: OutcomeResult | None
    opened_at: TimeText
    closed_at: TimeText | None


class ReceiptList(Result):
    """Newest first."""

    receipts: list[ReceiptResult]
