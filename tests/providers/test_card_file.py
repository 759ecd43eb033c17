"""What is the card file's own: discounts, shares, the ledger's durability and its faults."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import CardAmbiguous, ProviderRefused, ProviderUnavailable
from bridge.domain.member import CardKind, Member
from bridge.domain.money import Money, Points, money, points
from bridge.domain.moves import Absent, Away, Done, MoveKind, Purchase, Refused, Unknown
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.reckoning import reckon, share_out
from bridge.domain.returns import Sale, all_back, give_back
from bridge.domain.sale import Basket, Line
from bridge.ports import ProviderState
from bridge.providers.card_file import CardFileProvider, CardFileSettings
from tests.providers.contract import AT, CARD, Till, purchase

MEMBERS = f"""card;holder;phone;kind;state;balance;discount_percent
{CARD.value};Иванова Мария;+79161234567;;;500;
2;Петров Пётр;+79160000000;discount;;;10
3;Петрова Анна;+79160000000;both;;100;10
4;Сидоров Иван;;;expired;50;
"""

AMOUNTS = st.integers(0, 100_000).map(lambda kopecks: money(Decimal(kopecks) / 100))


@pytest.fixture
async def open_file(tmp_path: Path) -> AsyncIterator[Callable[[], CardFileProvider]]:
    """Opens a provider on the same file and ledger each time, as a restart does."""
    file = tmp_path / "members.csv"
    file.write_text(MEMBERS, encoding="utf-8")
    opened: list[CardFileProvider] = []

    def make() -> CardFileProvider:
        opened.append(CardFileProvider(CardFileSettings("club", file, tmp_path / "points.db", Decimal(5))))
        return opened[-1]

    yield make
    for provider in opened:
        await provider.aclose()


Open = Callable[[], CardFileProvider]


def one_line(amount: str, **options: object) -> Basket:
    line = Line("1", "1", "Чай", Decimal(2), money(Decimal(amount) / 2), money(amount))
    return Basket(money(amount), (replace(line, **options),))  # type: ignore[arg-type]


def member(kind: CardKind, percent: str | None = None) -> Member:
    return Member(
        CARD, kind, PersonName(""), balance=points(500), discount_percent=Decimal(percent) if percent else None
    )


def test_discount_stops_at_the_least_price() -> None:
    reckoned = reckon(member(CardKind.BOTH, "30"), one_line("200.00", min_price=money(80)), points(0), Decimal(5))
    assert (reckoned.discount, reckoned.room) == (money(40), points(0))


@pytest.mark.parametrize(
    ("options", "room", "accrual"),
    [({}, "200.00", "10.00"), ({"no_redeem": True}, "0.00", "10.00"), ({"no_accrue": True}, "200.00", "0.00")],
)
def test_lines_that_take_no_part(options: dict[str, bool], room: str, accrual: str) -> None:
    reckoned = reckon(member(CardKind.BONUS), one_line("200.00", **options), points(0), Decimal(5))
    assert (reckoned.room, reckoned.accrual) == (points(room), points(accrual))


def test_discount_card_has_no_points() -> None:
    reckoned = reckon(member(CardKind.DISCOUNT, "10"), one_line("200.00"), points(0), Decimal(5))
    assert (reckoned.discount, reckoned.room, reckoned.accrual) == (money(20), points(0), points(0))


@given(weights=st.lists(AMOUNTS, min_size=1, max_size=6), part=st.fractions(0, 1))
def test_shares_add_up_and_none_is_over_its_line(weights: list[Money], part: object) -> None:
    total = Decimal(sum(weights))
    amount = money(total * Decimal(float(part)))  # type: ignore[arg-type]

    shares = share_out(min(amount, total), weights)

    assert sum(shares) == min(amount, total)
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@given(
    total=AMOUNTS.filter(bool),
    redeemed=AMOUNTS,
    accrued=AMOUNTS,
    parts=st.lists(st.tuples(AMOUNTS, st.none() | AMOUNTS), max_size=6),
)
def test_refunds_never_give_back_more_and_the_last_one_takes_the_rest(
    total: Money, redeemed: Money, accrued: Money, parts: list[tuple[Money, Money | None]]
) -> None:
    sale = Sale(total, Points(min(redeemed, total)), Points(accrued))
    for amount, told in [*parts, (total, None)]:
        back = give_back(sale, amount, Points(told) if told is not None else None)
        assert min(back.amount, back.restored, back.reversed) >= 0
        sale = replace(
            sale,
            refunded=money(sale.refunded + back.amount),
            restored=points(sale.restored + back.restored),
            reversed=points(sale.reversed + back.reversed),
        )
        assert sale.refunded <= sale.total
        assert sale.restored <= sale.redeemed
        assert sale.reversed <= sale.accrued
    assert sale.reversed == sale.accrued
    if all(told is None for _, told in parts):
        assert sale.restored == sale.redeemed
        assert all_back(sale).restored == 0


async def test_quote_of_a_card_with_both(open_file: Open) -> None:
    quote = await open_file().quote(Purchase(CardNumber("3"), one_line("200.00"), points(30), AT))

    assert (quote.balance, quote.discount, quote.discount_percent) == (points(100), money(20), Decimal(10))
    assert (quote.max_redeem, quote.redeemed, quote.accrual) == (points(100), points(30), points("7.50"))


async def test_quote_of_a_stranger_is_refused(open_file: Open) -> None:
    with pytest.raises(ProviderRefused):
        await open_file().quote(purchase(card=CardNumber("99")))


async def test_quote_of_too_many_points_takes_none(open_file: Open) -> None:
    quote = await open_file().quote(purchase(501))
    assert (quote.max_redeem, quote.redeemed) == (points(500), points(0))


async def test_restored_as_the_cashier_was_told(open_file: Open) -> None:
    till = Till(open_file())
    ref, _ = await till.sell(purchase(100))

    first = await till.done(till.refund(ref, "100.00", restore=points("70.50")))
    second = await till.done(till.refund(ref, "100.00", restore=points("70.50")))

    assert (first.restored, second.restored) == (points("70.50"), points("29.50"))


async def test_ledger_outlives_a_restart(open_file: Open) -> None:
    first = open_file()
    till = Till(first)
    ref, (sale,) = await till.sell(purchase(100))
    await first.aclose()

    second = Till(open_file(), made=till.made)

    assert await second.balance() == 445
    assert isinstance(await second.provider.ask(sale), Done)
    assert isinstance(await first.send(sale), Unknown)
    assert (await second.done(second.refund(ref, "1000.00"))).balance_after == 500


async def test_what_never_came_is_absent(open_file: Open) -> None:
    provider = open_file()
    assert isinstance(await provider.ask(Till(provider).sale(purchase())), Absent)


async def test_two_at_once_do_not_spend_the_same_points(open_file: Open) -> None:
    tills = [Till(open_file()), Till(open_file(), made=10)]

    replies = await asyncio.gather(*(till.provider.send(till.sale(purchase(400))) for till in tills))

    assert sorted(type(reply).__name__ for reply in replies) == ["Done", "Refused"]
    assert await tills[0].balance() == 130


async def test_accrual_spent_before_it_was_reversed_is_owed(open_file: Open) -> None:
    till = Till(open_file())
    ref, _ = await till.sell(purchase(0, total="20000.00"))
    await till.sell(purchase(1450, total="29000.00"))
    assert await till.balance() == 50 + points("1377.50")
    await till.sell(purchase(1400, total="1400.00"))

    await till.done(till.refund(ref, "20000.00"))

    assert await till.balance() == 0
    assert isinstance(await till.provider.send(till.sale(purchase(1))), Refused)


async def test_expired_card_buys_nothing(open_file: Open) -> None:
    provider = open_file()
    reply = await provider.send(Till(provider).sale(purchase(0, card=CardNumber("4"))))
    assert isinstance(reply, Refused)
    assert reply.error == "card_blocked"


async def test_shared_phone_is_ambiguous(open_file: Open) -> None:
    provider = open_file()
    with pytest.raises(CardAmbiguous):
        await provider.find(Phone("+79160000000"))
    assert len(await provider.search(Phone("+79160000000"), 5)) == 2


async def test_search_tells_balances(open_file: Open) -> None:
    till = Till(open_file())
    await till.sell(purchase(100))
    (found,) = await till.provider.search(PersonName("иванова"), 5)
    assert found.balance == 445


async def test_broken_ledger(open_file: Open, tmp_path: Path) -> None:
    (tmp_path / "points.db").write_bytes(b"this is no database, and it is longer than a header " * 20)
    provider = open_file()
    await provider.warm_up()
    sale = Till(provider).sale(purchase())

    assert provider.state is ProviderState.UNAVAILABLE
    with pytest.raises(ProviderUnavailable):
        await provider.find(CARD)
    assert isinstance(await provider.send(sale), Unknown)
    assert isinstance(await provider.ask(sale), Away)

    (tmp_path / "points.db").unlink()
    assert isinstance(await provider.send(sale), Done)
    assert provider.state.value == "available"


async def test_missing_members(open_file: Open, tmp_path: Path) -> None:
    (tmp_path / "members.csv").unlink()
    provider = open_file()
    await provider.warm_up()

    assert provider.state is ProviderState.UNAVAILABLE
    with pytest.raises(ProviderUnavailable):
        await provider.find(CARD)
    with pytest.raises(ProviderUnavailable):
        await provider.search(PersonName("Иван"), 5)
    assert isinstance(await provider.send(Till(provider).sale(purchase())), Away)


async def test_revert_of_what_never_was(open_file: Open) -> None:
    till = Till(open_file())
    assert isinstance(await till.provider.send(till.move(MoveKind.REVERT, target="nobody")), Refused)
    refund = till.refund("nobody", "1.00").refund
    assert refund is not None
    with pytest.raises(ProviderRefused):
        await till.provider.quote_return(refund)
