"""How much may be redeemed, and why not more."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.limits import (
    ReasonCode,
    RedeemRules,
    benefit_limits,
    limits_of_nothing,
    limits_without_quote,
    redeem_limit,
)
from bridge.domain.member import AttachedCard, CardKind, CardState, Entry, Member, Source
from bridge.domain.money import Money, Points, money, points
from bridge.domain.personal import CardNumber, PersonName
from bridge.domain.quote import Quote
from bridge.domain.sale import Basket

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
MEMBER = Member(CardNumber("2900000000018"), CardKind.BONUS, PersonName("Мария"), balance=points(350))
CARD = AttachedCard("club", MEMBER.number, Entry.SCAN, MEMBER, Source.ONLINE, AT)
RULES = RedeemRules(multiple=Decimal(1))
QUOTE = Quote(balance=None)
TOTAL = money(1000)


def _limit(
    *,
    card: AttachedCard = CARD,
    total: Money = TOTAL,
    quote: Quote = QUOTE,
    rules: RedeemRules = RULES,
) -> tuple[str, list[str]]:
    limit, reasons = redeem_limit(card, total, quote, rules)
    return str(limit), list(reasons)


def test_the_least_of_all_bounds_wins_and_says_so() -> None:
    assert _limit() == ("350.00", [])
    assert _limit(quote=replace(QUOTE, balance=points(400))) == ("400.00", [])
    assert _limit(quote=replace(QUOTE, max_redeem=points(300))) == ("300.00", ["provider_limit"])
    assert _limit(rules=replace(RULES, max_redeem_percent=Decimal(20))) == ("200.00", ["shop_limit"])
    assert _limit(total=money(99)) == ("99.00", ["shop_limit"])
    assert _limit(total=money(99), quote=replace(QUOTE, discount=money(100))) == ("0.00", ["shop_limit"])
    both = replace(QUOTE, max_redeem=points(200), discount=money(0))
    assert _limit(quote=both, rules=replace(RULES, max_redeem_percent=Decimal(20))) == (
        "200.00",
        ["provider_limit", "shop_limit"],
    )


def test_a_template_has_its_own_percent() -> None:
    rules = replace(RULES, max_redeem_percent=Decimal(20), template_percents={"Золотая": Decimal(30)})
    assert _limit(rules=rules) == ("200.00", ["shop_limit"])
    golden = replace(CARD, member=replace(MEMBER, template="Золотая"))
    assert _limit(card=golden, rules=rules) == ("300.00", ["shop_limit"])
    assert _limit(card=golden, rules=replace(rules, template_percents={})) == ("200.00", ["shop_limit"])


def test_points_that_are_not_spent_at_all() -> None:
    assert _limit(rules=replace(RULES, is_allowed=False)) == ("0.00", ["shop_limit"])


def test_a_balance_that_nobody_tells_is_within_the_providers_limit() -> None:
    silent = replace(CARD, member=MEMBER.without_points)
    assert _limit(card=silent, quote=replace(QUOTE, max_redeem=points(300))) == ("300.00", [])
    assert _limit(card=silent) == ("0.00", [])
    assert benefit_limits(silent, TOTAL, QUOTE, RULES, AT).balance is None


def test_the_shops_percent_is_of_what_our_discount_leaves() -> None:
    rules = replace(RULES, max_redeem_percent=Decimal(10))
    assert _limit(quote=replace(QUOTE, discount=money("55.50")), rules=rules) == ("94.00", ["shop_limit"])


def test_rate_and_multiple() -> None:
    assert _limit(total=money(100), rules=replace(RULES, rate=Decimal("0.5"))) == ("200.00", ["shop_limit"])
    assert _limit(rules=replace(RULES, multiple=Decimal(100))) == ("300.00", [])
    assert _limit(total=money("10.57"), rules=replace(RULES, multiple=Decimal("0.01"))) == ("10.57", ["shop_limit"])


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (replace(CARD, member=replace(MEMBER, state=CardState.BLOCKED)), "card_state"),
        (replace(CARD, member=replace(MEMBER, state=CardState.EXPIRED)), "card_state"),
        (replace(CARD, entry=Entry.PHONE), "entry"),
        (replace(CARD, entry=Entry.NAME), "entry"),
    ],
)
def test_points_that_may_not_be_spent_at_all(card: AttachedCard, reason: str) -> None:
    assert _limit(card=card) == ("0.00", [reason])


def test_a_confirmation_is_asked_for_only_where_there_is_something_to_redeem() -> None:
    wanted = replace(QUOTE, confirmation=True)
    assert _limit(quote=wanted) == ("350.00", ["confirmation"])
    assert _limit(quote=replace(wanted, balance=points(0))) == ("0.00", [])


def test_a_card_never_asked_about_has_no_points_of_its_own() -> None:
    assert _limit(card=replace(CARD, member=None)) == ("0.00", [])
    assert _limit(card=replace(CARD, member=None), quote=replace(QUOTE, balance=points(5))) == ("5.00", [])


def test_limits_from_a_quote() -> None:
    quote = Quote(points(400), discount=money(50), discount_percent=Decimal(5), accrual=points(45))
    limits = benefit_limits(CARD, TOTAL, quote, RULES, AT)
    assert (limits.discount, limits.discount_percent, limits.balance) == (money(50), Decimal(5), points(400))
    assert (limits.max_redeem, limits.accrual, limits.source) == (points(400), points(45), Source.ONLINE)


def test_limits_without_a_quote_give_the_cards_percent_and_no_points() -> None:
    card = replace(CARD, member=replace(MEMBER, discount_percent=Decimal("7.5")))
    limits = limits_without_quote(card, Basket.of(TOTAL), RULES, ReasonCode.OFFLINE)
    assert (limits.discount, limits.max_redeem, limits.source) == (money(75), points(0), Source.OFFLINE)
    assert limits.balance == points(350)
    blocked = replace(card, member=replace(MEMBER, discount_percent=Decimal(5), state=CardState.BLOCKED))
    assert limits_without_quote(blocked, Basket.of(TOTAL), RULES).discount == money(0)
    assert limits_without_quote(replace(card, member=None), Basket.of(TOTAL), RULES).balance is None


def test_limits_of_nothing() -> None:
    limits = limits_of_nothing(RULES, AT, ReasonCode.NO_CARD)
    assert (limits.discount, limits.max_redeem, limits.balance) == (money(0), points(0), None)
    assert limits.source is Source.CACHED
    assert limits.reasons == (ReasonCode.NO_CARD,)
    assert limits_of_nothing(RULES, AT, ReasonCode.OFFLINE).source is Source.OFFLINE


AMOUNTS = st.decimals(0, 10**9, places=2, allow_nan=False)
SOME_POINTS = AMOUNTS.map(Points)


@given(
    total=AMOUNTS.map(Money),
    quote=st.builds(
        Quote,
        balance=st.none() | SOME_POINTS,
        discount=AMOUNTS.map(Money),
        max_redeem=st.none() | SOME_POINTS,
        confirmation=st.booleans(),
    ),
    rules=st.builds(
        RedeemRules,
        max_redeem_percent=st.decimals(0, 100, places=2),
        multiple=st.sampled_from([Decimal("0.01"), Decimal(1), Decimal(50)]),
        rate=st.sampled_from([Decimal("0.01"), Decimal("0.5"), Decimal(1), Decimal(3)]),
    ),
    balance=SOME_POINTS,
)
def test_the_limit_is_never_above_any_bound(total: Money, quote: Quote, rules: RedeemRules, balance: Points) -> None:
    card = replace(CARD, member=replace(MEMBER, balance=balance))
    limit, reasons = redeem_limit(card, total, quote, rules)
    known = balance if quote.balance is None else quote.balance
    assert 0 <= limit <= known
    assert quote.max_redeem is None or limit <= quote.max_redeem
    assert limit * rules.rate <= max(total - quote.discount, Decimal(0)) * rules.max_redeem_percent / 100
    assert limit % rules.multiple == 0
    if limit + rules.multiple <= known:
        assert reasons, "what holds the limit below the balance is said"
