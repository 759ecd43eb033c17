"""Receipts: what is sold, what may be redeemed, what became of it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from bridge.pos.messages.base import (
    MoneyParam,
    MoneyText,
    Params,
    PercentText,
    PointsParam,
    PointsText,
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
WhichOperation = Annotated[OperationName, Meta(description="sale: the customer buys; refund: goods come back")]
Total = Annotated[
    MoneyParam,
    Meta(description="what the customer would pay after the shop's own discounts, before ours and before points"),
]


class CashierParam(Params):
    """Who sells."""

    code: Annotated[str, Meta(description="as the cash program numbers its cashiers")] = ""
    name: Annotated[str, Meta(description="told to providers that want it")] = ""


class LineParam(Params):
    """One position of the receipt."""

    id: Annotated[str, Meta(description="the cash program's own; comes back in Prepared")]
    code: Annotated[str, Meta(description="the article's number or barcode")]
    name: Annotated[str, Meta(description="the article's name")]
    quantity: Annotated[Quantity, Meta(description="pieces, kilograms, whatever `price` is for; 0 is a voided line")]
    price: Annotated[MoneyParam, Meta(description="of one unit")]
    amount: Annotated[MoneyParam, Meta(description="of the line, before our discount")]
    category: Annotated[str, Meta(description="the article's group, for providers whose rules go by it")] = ""
    min_price: Annotated[MoneyParam | None, Meta(description="of one unit: no discount goes below it")] = None
    no_redeem: Annotated[bool, Meta(description="points cannot pay for it")] = False
    no_accrue: Annotated[bool, Meta(description="it earns no points")] = False


class PaymentParam(Params):
    """One way in which the customer paid."""

    type: Annotated[str, Meta(description="cash, card, or the cash program's own word")]
    amount: Annotated[MoneyParam, Meta(description="what was paid this way")]


class FiscalParam(Params):
    """The fiscal document that the cash program made."""

    number: Annotated[str | int, Meta(description="as it stands on the paper")]
    at: Annotated[str, Meta(description="when it was made; as the cash program writes times")] = ""


class BaseParam(Params):
    """The sale that a refund is about; another till's sale can be named."""

    receipt_id: Annotated[ReceiptId, Meta(description="of the sale")]
    till: Annotated[str, Meta(description='the till that sold it, as its `[till] name`; "" is this one')] = ""
    total: Annotated[MoneyParam | None, Meta(description="of the sale, where this till does not know it")] = None
    redeemed: Annotated[PointsParam | None, Meta(description="points spent on it, where this till does not know")] = (
        None
    )
    card: Annotated[str, Meta(description="the sale's card, where this till does not know it")] = ""
    provider_ref: Annotated[str, Meta(description="the sale's `provider_ref`, where this till does not know it")] = ""


Base = Annotated[BaseParam | None, Meta(description="of a refund: the sale that it takes back")]
Lines = Annotated[
    list[LineParam] | None,
    Meta(description="they add up to the total; where they don't, or are absent, the receipt counts as one line"),
]
Payments = Annotated[list[PaymentParam] | None, Meta(description="how the customer pays; no provider is told of it")]


class OpenParams(Params):
    """A new receipt; its discount starts at 0."""

    receipt_id: ReceiptId
    operation: WhichOperation
    base: Base = None
    cashier: Annotated[CashierParam | None, Meta(description="who sells")] = None


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
    points: Annotated[PointsParam, Meta(description="how many; a multiple of the `multiple` of Limits")]
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
        PointsParam | None,
        Meta(description='points spent; absent: the standing redemption; "0.00" cancels it'),
    ] = None
    operation: Annotated[
        OperationName | None,
        Meta(description="of a receipt that was never opened; absent: a sale, or as it was opened"),
    ] = None
    card: Annotated[str | None, Meta(description="its number; absent: the card that is attached")] = None
    base: Base = None
    lines: Lines = None
    payments: Payments = None
    fiscal: Annotated[
        FiscalParam | None, Meta(description="the fiscal document; its number goes to providers that want it")
    ] = None
    restore: Annotated[PointsParam | None, Meta(description="points to give back on a refund")] = None
    wait_ms: WaitMs = 1500


class CancelParams(Params):
    """Which receipt is given up."""

    receipt_id: ReceiptId
    wait_ms: WaitMs = 1500


class ListParams(Params):
    """Which receipts; newest first."""

    state: Annotated[ReceiptStateName | None, Meta(description="absent: all")] = None
    since: Annotated[str | None, Meta(description="opened at or after: RFC 3339 with its zone")] = None
    limit: Annotated[int, Meta(ge=1, le=500, description="how many at most")] = 100

    def __post_init__(self) -> None:
        if self.since is None:
            return
        since = datetime.fromisoformat(self.since)
        if since.tzinfo is None:
            raise ValueError("`since` names no time zone")
        try:
            since.astimezone(UTC)
        except OverflowError:
            raise ValueError("`since` is before or after all times") from None


class Discount(Result):
    """What our card takes off the total."""

    percent: Annotated[PercentText | None, Meta(description="of the total; null where the provider gives a sum")]
    amount: Annotated[MoneyText, Meta(description="what comes off the total")]


class LimitPoints(Result):
    """What the customer's points can do on this receipt."""

    balance: Annotated[PointsText | None, Meta(description="what the customer has; null = not known")]
    max_redeem: Annotated[PointsText, Meta(description="how many may be spent on this receipt; 0.00 on a refund")]
    multiple: Annotated[PointsText, Meta(description="points are spent in multiples of it")]
    rate: Annotated[
        str, Meta(title="money", pattern=r"^[0-9]+\.[0-9]{2,}$", description="what one point is worth, exactly")
    ]
    confirmation: Annotated[bool, Meta(description="the customer must tell a confirmation code")]
    restore: Annotated[PointsText | None, Meta(description="on a refund: what the provider gives back")] = None


class Reason(Result):
    """Why a limit is lower than hoped for."""

    code: Annotated[
        Literal[
            "no_card",
            "lookup_running",
            "offline",
            "entry",
            "confirmation",
            "provider_limit",
            "shop_limit",
            "card_state",
        ],
        Meta(
            description="lookup_running: ask again, or with a longer `wait_ms`; entry: points of a card that came in "
            "this way may not be spent; confirmation: the customer must tell a code"
        ),
    ]
    text: Annotated[str, Meta(description="a sentence for the cashier, in the till's language")]


class Limits(Result):
    """The answer before the cashier asks the customer."""

    discount: Annotated[Discount, Meta(description="what the card takes off the total")]
    points: Annotated[LimitPoints, Meta(description="what may be spent")]
    accrual_preview: Annotated[PointsText | None, Meta(description="what the receipt would earn; null = not known")]
    source: CardSource
    as_of: Annotated[TimeText, Meta(description="when the provider told this")]
    reasons: Annotated[list[Reason], Meta(description="why it is less than hoped for; empty when it is not")]


class CodeRequest(Result):
    """What became of the wish for a confirmation code."""

    sent: Annotated[bool, Meta(description="false: spending points needs no code here")]
    channel: Annotated[str | None, Meta(description='how, in the provider\'s word: "sms"')]
    expires_at: Annotated[TimeText | None, Meta(description="how long the provider says that it is good for")]


class RedemptionResult(Result):
    """Points to be spent on a receipt."""

    points: Annotated[PointsText, Meta(description="how many")]
    amount: Annotated[MoneyText, Meta(description="their worth in money")]
    state: Annotated[
        Literal["noted", "reserved", "written_off", "unknown"],
        Meta(
            description="noted: the provider hears of it at `receipt.close`; reserved: it holds them; written_off: "
            "they are spent; unknown: its answer was lost, the bridge finds out"
        ),
    ]


class OutcomeResult(Result):
    """What became of a receipt at the provider; null = not known."""

    state: Annotated[
        Literal["done", "queued", "manual", "unknown", "refused"],
        Meta(description="done, refused and manual are final; queued and unknown become final later"),
    ]
    accrued: Annotated[PointsText | None, Meta(description="what the customer earned")]
    redeemed: Annotated[PointsText | None, Meta(description="what the customer spent")]
    restored: Annotated[PointsText | None, Meta(description="of a refund: what was given back of points once spent")]
    reversed: Annotated[PointsText | None, Meta(description="of a refund: what was taken back of points once earned")]
    balance_after: Annotated[PointsText | None, Meta(description="what the customer has now")]
    provider_ref: Annotated[str | None, Meta(description="under what the provider knows the operation")]
    printout: Annotated[list[PrintLine], Meta(description="for the customer, as `printer.print` takes it")]
    job_id: Annotated[str | None, Meta(description="the print job, where the bridge prints it by itself")]
    task_id: Annotated[str | None, Meta(description="the task for staff, where there is one (`queue.list`)")]
    reason: Annotated[str | None, Meta(description="why it is not `done`, in the provider's or our words")]


class PreparedLine(Result):
    """Our discount and the points spent, spread over one line."""

    id: Annotated[str, Meta(description="as it was given")]
    discount: Annotated[MoneyText, Meta(description="what our discount takes off this line")]
    points: Annotated[PointsText, Meta(description="points spent on this line")]


class Prepared(Result):
    """What goes on the fiscal paper."""

    total: Annotated[MoneyText, Meta(description="as it was given: before our discount and before points")]
    discount: Annotated[Discount, Meta(description="what to take off it")]
    redeemed: Annotated[PointsText, Meta(description="points that the provider holds or will be told of")]
    lines: Annotated[list[PreparedLine], Meta(description="both, spread over the lines that were given")]
    accrual_preview: Annotated[PointsText | None, Meta(description="what the receipt would earn; null = not known")]
    printout: Annotated[list[PrintLine], Meta(description="for the fiscal paper, as `printer.print` takes it")]


class ReceiptResult(Result):
    """A receipt as the bridge knows it."""

    receipt_id: Annotated[str, Meta(description="the cash program's own")]
    operation: WhichOperation
    state: Annotated[ReceiptStateName, Meta(description="prepared: `receipt.prepare` was done, the rest may follow")]
    card: Annotated[str | None, Meta(description="its number; null: none is attached")]
    redemption: Annotated[RedemptionResult | None, Meta(description="the standing one; null: no points are spent")]
    total: Annotated[MoneyText | None, Meta(description="as it was last told; null: not told yet")]
    outcome: Annotated[OutcomeResult | None, Meta(description="null until it is closed or cancelled")]
    opened_at: Annotated[TimeText, Meta(description="when it was opened")]
    closed_at: Annotated[TimeText | None, Meta(description="when it was closed or cancelled")]


class ReceiptList(Result):
    """Newest first."""

    receipts: Annotated[list[ReceiptResult], Meta(description="at most `limit`")]
