"""The shapes of the socket protocol (version 1.0): params and results of every method, as msgspec Structs.

Amounts arrive as `Amount` (a JSON string or number, checked and rounded by bridge.domain.money) and leave as decimal
strings with two digits. Times are RFC 3339 UTC with milliseconds. The OpenRPC document and docs/pos-protocol.md are
generated from these shapes, so a description here is a description there.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

PROTOCOL = "1.0"


class Amount:
    """An amount of money or points in a request, still as the client wrote it: see bridge.pos.decoding."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - a Decimal of two digits; msgspec builds it by a hook
        self.value = value


ReceiptId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="unique per till for ever, chosen by the cash program",
    ),
]
WaitMs = Annotated[
    int, Meta(ge=0, le=10_000, description="how long the answer may be waited for, in ms")
]
Quantity = str | int | float


class Params(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all params: unknown members are refused (-32602)."""


class Result(Struct, kw_only=True):
    """Base of all results."""


# --- shared values -------------------------------------------------------------------------------


class CashierParam(Params):
    code: str = ""
    name: str = ""


class LineParam(Params):
    """One position of the receipt."""

    id: str
    code: str
    name: str
    quantity: Annotated[Quantity, Meta(description="at most three decimals")]
    price: Amount
    amount: Amount
    category: str = ""
    min_price: Amount | None = None
    no_redeem: bool = False
    no_accrue: bool = False


class PaymentParam(Params):
    """How the customer paid; told to providers that want it."""

    type: str
    amount: Amount


class FiscalParam(Params):
    """The fiscal document that the cash program made."""

    number: str | int
    at: str = ""


class BaseParam(Params):
    """The sale that a refund is about."""

    receipt_id: ReceiptId
    till: str = ""
    total: Amount | None = None
    redeemed: Amount | None = None
    card: str = ""
    provider_ref: str = ""


class Message(Result):
    """The card's message: `rows` for a display, `text` for the cashier."""

    rows: list[str]
    text: str


class ExpiringPoints(Result):
    points: str
    at: str


class Card(Result):
    card: str
    kind: Literal["bonus", "discount", "both"]
    holder: str
    template: str
    tier: str
    state: Literal["active", "blocked", "expired", "unknown"]
    balance: str | None
    pending: str | None
    discount_percent: str | None
    expiring: list[ExpiringPoints]
    provider: str
    entry: str
    source: Literal["online", "cached", "offline"]
    as_of: str
    message: Message


class Discount(Result):
    percent: str | None
    amount: str


class LimitPoints(Result):
    balance: str | None
    max_redeem: str
    multiple: str
    rate: Annotated[str, Meta(description="money per point")]
    confirmation: bool
    restore: str | None = None


class Reason(Result):
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
    discount: Discount
    points: LimitPoints
    accrual_preview: str | None
    source: Literal["online", "cached", "offline"]
    as_of: str
    reasons: list[Reason]


class RedemptionResult(Result):
    points: str
    amount: str
    state: Literal["noted", "reserved", "written_off", "unknown"]


class BarcodeParam(Params):
    """A barcode whose symbology is named; a bare string is EAN-13 when it is one, else Code 128."""

    data: Annotated[str, Meta(max_length=64)]
    type: Literal["EAN13", "CODE128"] | None = None


class PrintLine(Params, omit_defaults=True):
    """A line of paper: one of text (alone or as left/right), qr, barcode, divider, cut."""

    text: str | None = None
    left: str | None = None
    right: str | None = None
    qr: Annotated[str, Meta(max_length=2000)] | None = None
    barcode: Annotated[str, Meta(max_length=64)] | BarcodeParam | None = None
    divider: bool = False
    cut: bool = False
    bold: bool = False
    double: bool = False
    align: Literal["left", "center", "right"] = "left"


class OutcomeResult(Result):
    state: Literal["done", "queued", "manual", "unknown", "refused"]
    accrued: str | None
    redeemed: str | None
    restored: str | None
    reversed: str | None
    balance_after: str | None
    provider_ref: str | None
    printout: list[PrintLine]
    job_id: str | None
    task_id: str | None
    reason: str | None


class PreparedLine(Result):
    id: str
    discount: str
    points: str


class Prepared(Result):
    total: str
    discount: Discount
    redeemed: str
    lines: list[PreparedLine]
    accrual_preview: str | None
    printout: list[PrintLine]


class ReceiptResult(Result):
    receipt_id: str
    operation: Literal["sale", "refund"]
    state: Literal["open", "prepared", "closed", "cancelled"]
    card: str | None
    redemption: RedemptionResult | None
    total: str | None
    outcome: OutcomeResult | None
    opened_at: str
    closed_at: str | None


# --- bridge and cards ----------------------------------------------------------------------------


class HelloParams(Params):
    client: str = ""


class ProviderStatus(Result):
    name: str
    kind: str
    state: Literal["available", "unavailable", "refused"]


class Hello(Result):
    protocol: str
    version: str
    emulated: bool
    till: str
    store: str
    providers: list[ProviderStatus]


class NoParams(Params):
    pass


class Device(Result):
    name: str
    role: Literal["scanner", "display", "printer"]
    endpoint: str
    state: Literal["online", "absent", "fault", "paper_out", "cover_open", "unknown"]
    since: str
    counters: dict[str, int]
    last_error: str | None


class QueueCounts(Result):
    queued: int
    unknown: int
    tasks: int


class Status(Result):
    version: str
    emulated: bool
    devices: list[Device]
    providers: list[ProviderStatus]
    queue: QueueCounts
    sync: dict[str, str | None]
    uptime_s: float


class ResolveParams(Params):
    code: str | None = None
    phone: str | None = None
    name: str | None = None
    entry: Literal["scan", "typed", "picked"] | None = None
    receipt_id: ReceiptId | None = None
    provider: str | None = None
    wait_ms: WaitMs = 1500


# --- receipts ------------------------------------------------------------------------------------


class OpenParams(Params):
    receipt_id: ReceiptId
    operation: Literal["sale", "refund"]
    base: BaseParam | None = None
    cashier: CashierParam | None = None


class ReceiptIdParams(Params):
    receipt_id: ReceiptId


class LimitsParams(Params):
    receipt_id: ReceiptId
    total: Amount
    lines: list[LineParam] | None = None
    wait_ms: WaitMs = 0


class RedeemParams(Params):
    receipt_id: ReceiptId
    points: Amount
    code: str | None = None
    wait_ms: WaitMs = 1500


class PrepareParams(Params):
    receipt_id: ReceiptId
    total: Amount
    lines: list[LineParam] | None = None
    payments: list[PaymentParam] | None = None
    wait_ms: WaitMs = 1500


class CloseParams(Params):
    receipt_id: ReceiptId
    total: Amount
    redeemed: Amount | None = None
    operation: Literal["sale", "refund"] | None = None
    card: str | None = None
    base: BaseParam | None = None
    lines: list[LineParam] | None = None
    payments: list[PaymentParam] | None = None
    fiscal: FiscalParam | None = None
    restore: Amount | None = None
    wait_ms: WaitMs = 1500


class CancelParams(Params):
    receipt_id: ReceiptId
    wait_ms: WaitMs = 1500


class ListParams(Params):
    state: Literal["open", "prepared", "closed", "cancelled"] | None = None
    since: str | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class ReceiptList(Result):
    receipts: list[ReceiptResult]


# --- devices -------------------------------------------------------------------------------------


class ShowParams(Params):
    rows: Annotated[list[str], Meta(max_length=8)]
    device: str | None = None
    for_ms: Annotated[int, Meta(ge=0, le=600_000)] | None = None


class Shown(Result):
    shown: Annotated[
        bool, Meta(description="false: the device is away, the screen is shown on its return")
    ]


class ClearParams(Params):
    device: str | None = None


class PrintParams(Params):
    lines: Annotated[list[PrintLine | str], Meta(min_length=1, max_length=500)]
    device: str | None = None
    request_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class JobParams(Params):
    job_id: str


class Job(Result):
    job_id: str
    state: Literal["queued", "sent", "printed", "unknown", "failed"]
    reason: str | None


class DeviceList(Result):
    devices: list[Device]


# --- events --------------------------------------------------------------------------------------

Topic = Literal["scan", "card", "receipt", "device", "provider", "queue"]


class SubscribeParams(Params):
    topics: list[Topic]
    after: Annotated[int, Meta(ge=0)] | None = None
    stream: str | None = None


class Subscribed(Result):
    stream: str
    seq: int
    gap: bool


class PollParams(Params):
    topics: list[Topic]
    after: Annotated[int, Meta(ge=0)] | None = None
    stream: str | None = None
    wait_ms: WaitMs = 0


class Event(Result):
    seq: int
    topic: Topic
    at: str
    data: dict[str, Any]


class Polled(Result):
    stream: str
    seq: int
    gap: bool
    events: list[Event]


class ErrorData(Result):
    """What a cash program can act on: `text` is a sentence for the cashier in the till's language."""

    kind: str
    retryable: bool
    text: str


class ErrorObject(Result, omit_defaults=True):
    code: int
    message: str
    data: ErrorData | UnsetType = UNSET
