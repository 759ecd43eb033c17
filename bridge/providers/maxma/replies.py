"""MAXMA's replies as domain values: pure. Whatever no honest reply can say raises WireError, nothing else."""

from datetime import UTC, datetime
from decimal import Decimal

from bridge.domain.confirmation import SentCode
from bridge.domain.member import CardKind, CardState, Expiring, Member
from bridge.domain.money import LIMIT, Money, Points, money, percent_in, points
from bridge.domain.moves import MoveResult, Purchase
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.phone import normalise_phone
from bridge.domain.quote import LineBenefit, Quote, ReturnQuote
from bridge.providers.http import WireError
from bridge.providers.maxma.printout import to_printout
from bridge.providers.maxma.shapes import (
    BalanceReply,
    Bonuses,
    CalculateReply,
    CalculateReturnReply,
    Client,
    CodeReply,
    Discounts,
    ReturnReply,
    RevertReply,
    Row,
    SetReply,
    SettingsReply,
    Whole,
)


def to_member(reply: BalanceReply, asked: CardNumber | Phone) -> Member:
    """MAXMA API, method /get-balance. WireError when it is about somebody else, or no balance can be like this."""
    client = reply.client
    return Member(
        number=_number_of(client, asked),
        kind=CardKind.BONUS,
        holder=PersonName(_full_name(client)),
        tier=(reply.level.name or "") if reply.level else "",
        balance=whole_points(client.bonuses),
        pending=whole_points(client.pending_bonuses or 0),
        expiring=tuple(
            Expiring(whole_points(burning.amount), _aware(burning.expire_at))
            for burning in reply.bonuses or ()
            if burning.expire_at and burning.amount > 0
        ),
        phone=normalise_phone(client.phone_number or ""),
    )


def suspended_member(asked: CardNumber | Phone) -> Member:
    """Error 4 tells nothing but that the client exists and may not use the card."""
    return Member(
        CardNumber(asked.value),
        CardKind.BONUS,
        PersonName(""),
        state=CardState.BLOCKED,
        balance=None,
        pending=None,
        phone=asked if isinstance(asked, Phone) else None,
    )


def to_quote(reply: CalculateReply, purchase: Purchase) -> Quote:
    """MAXMA API, method /v2/calculate-purchase. Our discount is what neither the shop gave nor points paid.

    The API tells no percent: it is given where one makes exactly the discount.
    """
    calculation = reply.calculation_result
    lines = purchase.basket.lines
    if len(calculation.rows) != len(lines):
        raise WireError("other rows than asked for")
    bonuses = calculation.bonuses or Bonuses(0, 0, 0)
    discount = _discount(calculation.summary.total_discount, calculation.summary.discounts)
    return Quote(
        balance=None,
        discount=discount,
        discount_percent=percent_in(discount, purchase.basket.total),
        max_redeem=whole_points(bonuses.max_to_apply),
        redeemed=whole_points(bonuses.applied),
        accrual=whole_points(bonuses.collected),
        lines=tuple(
            LineBenefit(line.id, _discount(row.total_discount, row.discounts), _row_points(row))
            for line, row in zip(lines, calculation.rows, strict=True)
        ),
    )


def to_hold(reply: SetReply, txid: str) -> MoveResult:
    """MAXMA API, method /set-purchase: the ticket, what will be accrued and redeemed, the lines to print."""
    bonuses = reply.calculation_result.bonuses
    return MoveResult(
        ticket=reply.ticket,
        provider_ref=txid,
        accrued=whole_points(bonuses.collected) if bonuses else None,
        redeemed=whole_points(bonuses.applied) if bonuses else None,
        balance_after=whole_points(reply.client_bonuses.available) if reply.client_bonuses else None,
        printout=to_printout(reply.receipt_info or ()),
    )


def to_return_quote(reply: CalculateReturnReply) -> ReturnQuote:
    """MAXMA API, method /calculate-return."""
    amounts = reply.calculation
    return ReturnQuote(whole_points(amounts.recovered_bonuses), whole_points(amounts.cancelled_bonuses))


def to_refund(reply: ReturnReply) -> MoveResult:
    """MAXMA API, method /apply-return."""
    amounts = reply.confirmation
    return MoveResult(
        restored=whole_points(amounts.recovered_bonuses), reversed=whole_points(amounts.cancelled_bonuses)
    )


def to_revert(reply: RevertReply) -> MoveResult:
    """MAXMA API, method /revert-purchase."""
    amounts = reply.operation_result
    return MoveResult(restored=whole_points(amounts.refunded_bonuses), reversed=whole_points(amounts.cancelled_bonuses))


def wants_confirmation(reply: SettingsReply) -> bool:
    """MAXMA API, method /get-settings: true when spending points must be confirmed by a code."""
    return bytes(reply.bonus_applying_confirmation) == b"true"


def to_code(reply: CodeReply) -> SentCode:
    """MAXMA API, method /send-confirmation-code: the code comes to the till too, which compares it itself."""
    return SentCode(reply.code, reply.channel or "", _aware(reply.expires_at) if reply.expires_at else None)


def _number_of(client: Client, asked: CardNumber | Phone) -> CardNumber:
    """cardString where it is told: `card` is a number and has lost its leading zeros."""
    told = client.card_string or (str(client.card) if client.card else "")
    if isinstance(asked, Phone) or asked.is_phone:
        phone = normalise_phone(client.phone_number or "")
        if phone and phone.value != asked.value:
            raise WireError("answered for another phone")
        return CardNumber(told or asked.value)
    same = told == asked.value if client.card_string else told.lstrip("0") == asked.value.lstrip("0")
    if not same:
        raise WireError("answered for another card")
    return CardNumber(asked.value)


def _full_name(client: Client) -> str:
    parts = (client.surname, client.name, client.patronymic_name)
    return client.full_name or " ".join(part for part in parts if part)


def _discount(total: Decimal, parts: Discounts) -> Money:
    """Ours alone; every figure is looked at before it is reckoned with: it may be NaN or 1E+999999."""
    if not all(is_sane(value) for value in (total, parts.auto, parts.manual, parts.bonuses)):
        raise WireError("an absurd discount")
    ours = total - parts.auto - parts.manual - parts.bonuses
    if ours < 0:
        raise WireError("a negative discount")
    return money(ours)


def _row_points(row: Row) -> Points:
    return whole_points(row.bonuses.applied if row.bonuses else 0)


def whole_points(value: Whole) -> Points:
    """WireError for what no honest reply can say."""
    if not 0 <= value <= LIMIT or value != int(value):
        raise WireError("an absurd number of points")
    return points(int(value))


def is_sane(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= LIMIT


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
