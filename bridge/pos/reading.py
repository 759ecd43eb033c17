"""From the protocol's params to the desk's values."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bridge.desk.fingerprint import fingerprint
from bridge.desk.sale.closing import Closing
from bridge.domain.money import Money, Points
from bridge.domain.moves import PaperLine
from bridge.domain.personal import Phone
from bridge.domain.phone import normalise_phone
from bridge.domain.receipt import Base, Operation
from bridge.domain.sale import NOBODY, Basket, Cashier, Line
from bridge.pos import messages as m
from bridge.pos.jsonrpc import InvalidParams


def basket_of(total: m.Amount, lines: Sequence[m.LineParam] | None) -> Basket:
    """The basket; without lines, or with lines that don't add up, the total is one line."""
    return Basket.of(Money(total.value), tuple(map(_line, lines or ())))


def cashier_of(cashier: m.CashierParam | None) -> Cashier:
    return Cashier(cashier.code, cashier.name) if cashier else NOBODY


def base_of(base: m.BaseParam | None) -> Base | None:
    if base is None:
        return None
    return Base(
        receipt_id=base.receipt_id,
        till=base.till,
        total=Money(base.total.value) if base.total else None,
        redeemed=_points(base.redeemed),
        card=base.card.strip(),
        provider_ref=base.provider_ref,
    )


def closing_of(params: m.CloseParams) -> Closing:
    """What close was told; payments only tell its repeat from another call."""
    return Closing(
        receipt_id=params.receipt_id,
        basket=basket_of(params.total, params.lines),
        redeemed=_points(params.redeemed),
        operation=Operation(params.operation) if params.operation else None,
        card=params.card.strip() if params.card is not None else None,
        base=base_of(params.base),
        restore=_points(params.restore),
        fiscal=str(params.fiscal.number) if params.fiscal else "",
        rest=fingerprint(params.payments, params.fiscal),
    )


def paper_of(lines: Sequence[m.PrintLine | str]) -> tuple[PaperLine, ...]:
    return tuple(_paper_line(line) for line in lines)


def moment_of(text: str | None) -> datetime | None:
    """A moment that the params' own check has found valid."""
    return datetime.fromisoformat(text).astimezone(UTC) if text is not None else None


def phone_of(text: str) -> Phone:
    phone = normalise_phone(text)
    if phone is None:
        raise InvalidParams("`phone` is no phone number: 10 or 11 digits, or + and the country's code")
    return phone


def _points(amount: m.Amount | None) -> Points | None:
    return Points(amount.value) if amount is not None else None


def _line(line: m.LineParam) -> Line:
    return Line(
        id=line.id,
        code=line.code,
        name=line.name,
        quantity=line.quantity.value,
        price=Money(line.price.value),
        amount=Money(line.amount.value),
        category=line.category,
        min_price=Money(line.min_price.value) if line.min_price else None,
        no_redeem=line.no_redeem,
        no_accrue=line.no_accrue,
    )


def _paper_line(line: m.PrintLine | str) -> PaperLine:
    if isinstance(line, str):
        return PaperLine(text=line)
    barcode = line.barcode
    if isinstance(barcode, m.BarcodeParam):
        return PaperLine(barcode=barcode.data, barcode_type=barcode.type, align=line.align or None)
    return PaperLine(
        text=line.text,
        left=line.left,
        right=line.right,
        qr=line.qr,
        barcode=barcode,
        divider=line.divider,
        cut=line.cut,
        bold=line.bold,
        double=line.double,
        align=line.align or None,
    )
