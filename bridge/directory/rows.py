"""Cards <-> rows. Points that are pending or burn are not remembered: they were true on one day only."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from bridge.domain.known_card import KnownCard
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import Points, points
from bridge.domain.personal import CardNumber, PersonName, Phone


def to_row(card: KnownCard) -> Mapping[str, str | int | None]:
    member = card.member
    return {
        "provider": card.provider,
        "number": member.number.value,
        "phone": member.phone.value if member.phone else None,
        "holder": member.holder.value,
        "kind": member.kind.value,
        "template": member.template,
        "tier": member.tier,
        "state": member.state.value,
        "balance": None if member.balance is None else int(member.balance * 100),
        "discount_percent": None if member.discount_percent is None else str(member.discount_percent),
        "as_of": as_text(card.as_of),
        "listed": int(card.is_listed),
    }


def to_card(row: sqlite3.Row) -> KnownCard:
    percent = row["discount_percent"]
    member = Member(
        number=CardNumber(row["number"]),
        kind=CardKind(row["kind"]),
        holder=PersonName(row["holder"]),
        template=row["template"],
        tier=row["tier"],
        state=CardState(row["state"]),
        balance=_points(row["balance"]),
        pending=None,
        discount_percent=None if percent is None else Decimal(percent),
        phone=Phone(row["phone"]) if row["phone"] else None,
    )
    return KnownCard(row["provider"], member, datetime.fromisoformat(row["as_of"]), bool(row["listed"]))


def as_text(moment: datetime) -> str:
    """UTC with microseconds: texts of one width, which sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _points(hundredths: int | None) -> Points | None:
    return None if hundredths is None else points(Decimal(hundredths) / 100)
