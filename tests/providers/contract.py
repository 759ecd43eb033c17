"""What every kind of provider must do alike: one test body, run for each kind.

A card of `CARD` with 500 points, 5 % accrual, no discount; a sale of 1000.00 with 100 points spent leaves 445.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bridge.domain.known_card import NewCard, Registered, Registration
from bridge.domain.member import CardState
from bridge.domain.money import Money, Points, money, points
from bridge.domain.moves import Done, Move, MoveKind, MoveResult, Purchase, Refused, Return, SaleStyle
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.sale import Basket, Cashier, Line
from bridge.domain.settlement import first_move_of
from bridge.ports import LoyaltyProvider, ProviderState, move_id

CARD = CardNumber("0290000000017")
PHONE = Phone("+79161234567")
BLOCKED = CardNumber("0290000000024")
UNKNOWN = CardNumber("0290000000099")
AT = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


def basket(total: str = "1000.00") -> Basket:
    """Two lines, the second one with a discount of the shop's own."""
    first = money(Decimal(total) * 3 / 10)
    second = money(Decimal(total) - first)
    return Basket.of(
        money(total),
        (
            Line("1", "4600051000057", "Чай", Decimal(1), first, first),
            Line("2", "2100004", "Сыр весовой", Decimal("1.250"), money(second), second),
        ),
    )


def purchase(redeem: int = 100, *, card: CardNumber = CARD, total: str = "1000.00") -> Purchase:
    return Purchase(card, basket(total), points(redeem), AT, Cashier("17", "Ольга"))


@dataclass
class Till:
    """Makes moves as the desk does: durable ids, one hold confirmed or one purchase."""

    provider: LoyaltyProvider
    made: int = 0

    def move(self, kind: MoveKind, *, target: str = "", ticket: str = "", number: int = 1) -> Move:
        self.made += 1
        receipt = f"R-{self.made}"
        return Move(
            move_id("store-01", "till-1", receipt, kind, number),
            receipt,
            self.provider.name,
            kind,
            AT,
            target=target,
            ticket=ticket,
        )

    def sale(self, bought: Purchase) -> Move:
        """The first move of a sale: the one that spends its points, if any are."""
        style = self.provider.traits.style
        is_apart = style is SaleStyle.REDEEM_FIRST and bought.redeem
        return replace(self.move(MoveKind.WRITE_OFF if is_apart else first_move_of(style)), purchase=bought)

    def earning(self, spent: Move, ticket: str) -> Move:
        """The sale whose points were written off by the move `spent`."""
        return replace(self.move(MoveKind.PURCHASE, ticket=ticket), purchase=spent.purchase)

    def confirm(self, sale: Move, ticket: str) -> Move:
        return replace(self.move(MoveKind.CONFIRM, target=sale.move_id, ticket=ticket), purchase=sale.purchase)

    async def sell(self, bought: Purchase) -> tuple[str, list[Move]]:
        """The provider's reference of a sale that was made, and the moves that made it."""
        sale = self.sale(bought)
        made = [sale]
        result = await self.done(sale)
        if sale.kind is MoveKind.WRITE_OFF:
            sale = self.earning(sale, result.ticket)
            made.append(sale)
            await self.done(sale)
        if self.provider.traits.style is SaleStyle.TWO_PHASE:
            made.append(self.confirm(sale, result.ticket))
            await self.done(made[-1])
        return self.provider.reference(sale.move_id), made

    def refund(self, base_ref: str, total: str, *, restore: Points | None = None) -> Move:
        content = Return(CARD, base_ref, money(total), AT, restore=restore, sold=money("1000.00"))
        return replace(self.move(MoveKind.REFUND), refund=content)

    async def done(self, move: Move) -> MoveResult:
        reply = await self.provider.send(move)
        assert isinstance(reply, Done), reply
        return reply.result

    async def balance(self) -> Decimal:
        """As the card's lookup tells it, else the preview, where points are asked for at payment."""
        member = await self.provider.find(CARD)
        assert member is not None
        balance = member.balance
        if balance is None:
            balance = (await self.provider.quote(purchase(0))).balance
        assert balance is not None
        return balance


class LoyaltyProviderContract:
    """Subclasses give a fixture `provider`: CARD with 500 points and PHONE, BLOCKED blocked, 5 % accrual.

    takes_parts: False for a provider that is told of whole returns only.
    """

    takes_parts = True

    async def test_knows_a_card(self, provider: LoyaltyProvider) -> None:
        member = await provider.find(CARD)

        assert member is not None
        assert (member.number, member.state) == (CARD, CardState.ACTIVE)
        assert await Till(provider).balance() == 500
        assert member.holder.value == "Иванова Мария"
        assert provider.state is ProviderState.AVAILABLE

    async def test_knows_a_phone(self, provider: LoyaltyProvider) -> None:
        member = await provider.find(PHONE)

        assert member is not None
        assert (member.number, member.phone) == (CARD, PHONE)
        assert [found.number for found in await provider.search(PHONE, 5)] == [CARD]

    async def test_does_not_know_a_stranger(self, provider: LoyaltyProvider) -> None:
        assert await provider.find(UNKNOWN) is None
        assert await provider.find(Phone("+79990000001")) is None
        assert await provider.search(Phone("+79990000001"), 5) == []

    async def test_lists_its_cards_page_by_page(self, provider: LoyaltyProvider) -> None:
        source = provider.card_source
        if source is None:
            pytest.skip("it cannot list its cards")
        page = await source.page("")
        members = list(page.members)
        while not page.is_last:
            page = await source.page(page.cursor)
            members += page.members

        assert CARD in [member.number for member in members]
        assert list((await source.page(page.cursor)).members) == []

    async def test_takes_in_a_new_card_once(self, provider: LoyaltyProvider) -> None:
        register = provider.card_register
        if register is None:
            pytest.skip("it takes in no cards")
        new = NewCard(UNKNOWN, PersonName("Смирнова Анна Петровна"), Phone("+79991112233"), "Клуб")

        assert await register.register(new) == Registered(Registration.NEW)
        again = await register.register(replace(new, holder=PersonName("Другая Ольга")))

        assert again.result is not Registration.NEW
        member = await provider.find(UNKNOWN)
        assert member is not None
        assert "Смирнова" in member.holder.value
        assert (member.phone, member.balance) == (new.phone, points(0))

    async def test_quotes_without_moving_anything(self, provider: LoyaltyProvider) -> None:
        quote = await provider.quote(purchase(100))

        assert quote.balance in {None, points(500)}
        assert quote.max_redeem is not None
        assert quote.max_redeem >= 100
        assert (quote.redeemed, quote.discount) == (points(100), money(0))
        assert quote.accrual in {None, points(45)}
        assert sum(line.points for line in quote.lines) == 100
        assert [line.id for line in quote.lines] == ["1", "2"]
        assert await Till(provider).balance() == 500

    async def test_finds_and_quotes_at_once_what_it_finds_and_quotes(self, provider: LoyaltyProvider) -> None:
        wanted = purchase(100)

        assert await provider.find_and_quote(wanted) == (await provider.find(CARD), await provider.quote(wanted))
        assert await provider.find_and_quote(replace(wanted, card=UNKNOWN)) == (None, None)
        assert await provider.find_and_quote(replace(wanted, card=BLOCKED)) == (await provider.find(BLOCKED), None)

    async def test_sells_once_although_sent_twice(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)
        _, made = await till.sell(purchase(100))
        assert await till.balance() == 445

        for move in made:
            await provider.send(move)
            await provider.ask(move)

        assert await till.balance() == 445

    async def test_reports_what_was_accrued_and_redeemed(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)

        first = till.sale(purchase(100))
        spent = await till.done(first)
        is_apart = first.kind is MoveKind.WRITE_OFF
        earned = await till.done(till.earning(first, spent.ticket)) if is_apart else spent

        assert (earned.accrued, spent.redeemed) == (points(45), points(100))
        assert earned.provider_ref

    async def test_full_refund_makes_it_undone(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)
        ref, _ = await till.sell(purchase(100))
        refund = till.refund(ref, "1000.00")
        assert refund.refund is not None
        preview = await provider.quote_return(refund.refund)

        result = await till.done(refund)

        assert (result.restored, result.reversed) == (points(100), points(45))
        assert preview.restore in {None, points(100)}
        assert preview.reverse in {None, points(45)}
        assert await till.balance() == 500

    async def test_partial_refunds_add_up_to_the_whole(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)
        ref, _ = await till.sell(purchase(100))
        if not self.takes_parts:
            assert isinstance(await provider.send(till.refund(ref, "333.33")), Refused)
            return

        parts = [await till.done(till.refund(ref, part)) for part in ("333.33", "333.33", "333.34")]

        assert sum(part.restored or Decimal(0) for part in parts) == 100
        assert sum(part.reversed or Decimal(0) for part in parts) == 45
        assert parts[0].restored
        assert await till.balance() == 500

    async def test_refund_repeated_is_one_refund(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)
        ref, _ = await till.sell(purchase(100))
        refund = till.refund(ref, "500.00" if self.takes_parts else "1000.00")
        await till.done(refund)
        balance = await till.balance()

        assert isinstance(await provider.send(refund), Done)
        assert isinstance(await provider.ask(refund), Done)

        assert await till.balance() == balance

    async def test_never_gives_back_more_than_was_bought(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)
        ref, _ = await till.sell(purchase(100))
        await provider.send(till.refund(ref, "800.00"))
        await provider.send(till.refund(ref, "800.00"))
        await provider.send(till.refund(ref, "800.00"))

        assert await till.balance() <= 500

    async def test_refund_of_an_unknown_sale_is_refused(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)

        assert isinstance(await provider.send(till.refund("store-01/till-1/nobody/hold/1", "10.00")), Refused)

    async def test_revert_undoes_the_sale(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)
        ref, made = await till.sell(purchase(100))
        apart = [move.move_id for move in made if move.kind is MoveKind.WRITE_OFF]
        reverts = [till.move(MoveKind.REVERT, target=target) for target in (ref, *apart)]

        results = [await till.done(revert) for revert in reverts]

        assert sum(result.restored or Decimal(0) for result in results) == 100
        assert sum(result.reversed or Decimal(0) for result in results) == 45
        assert await till.balance() == 500
        assert all([isinstance(await provider.ask(revert), Done) for revert in reverts])
        assert await till.balance() == 500

    async def test_refuses_more_points_than_there_are(self, provider: LoyaltyProvider) -> None:
        till = Till(provider)

        reply = await provider.send(till.sale(purchase(501, total="5000.00")))

        assert isinstance(reply, Refused)
        assert reply.error == "limit_exceeded"
        assert await till.balance() == 500

    async def test_blocked_card_says_so_and_buys_nothing(self, provider: LoyaltyProvider) -> None:
        member = await provider.find(BLOCKED)
        assert member is not None
        assert member.state is CardState.BLOCKED

        reply = await provider.send(Till(provider).sale(purchase(0, card=BLOCKED)))

        assert isinstance(reply, Refused)
        assert reply.error == "card_blocked"

    async def test_unknown_card_buys_nothing(self, provider: LoyaltyProvider) -> None:
        reply = await provider.send(Till(provider).sale(purchase(0, card=UNKNOWN)))

        assert isinstance(reply, Refused)
        assert reply.error == "card_not_found"

    async def test_a_move_it_does_not_have_is_refused_not_raised(self, provider: LoyaltyProvider) -> None:
        is_two_phase = provider.traits.style is SaleStyle.TWO_PHASE
        other = MoveKind.PURCHASE if is_two_phase else MoveKind.HOLD
        move = replace(Till(provider).move(other), purchase=purchase())

        assert isinstance(await provider.send(move), Refused)

    async def test_sends_no_code_where_none_is_wanted(self, provider: LoyaltyProvider) -> None:
        assert (await provider.quote(purchase(100))).confirmation is False
        sender = provider.code_sender
        assert sender is None or await sender.send_code(CARD) is None

    async def test_whole_multiples_of_its_own(self, provider: LoyaltyProvider) -> None:
        assert provider.traits.rate == 1
        assert provider.traits.multiple in {Decimal(1), Decimal("0.01")}
        assert Money(provider.traits.multiple) > 0
