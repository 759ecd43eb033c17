"""Random tills: what cash programs do, what goes wrong, and what must be true all the time and in the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bridge.desk.desk import Desk
from bridge.desk.sale.closing import Closing
from bridge.desk.settling.queueing import TaskUnknown
from bridge.domain.errors import DeskError
from bridge.domain.member import Entry
from bridge.domain.money import Money, points
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Base, Operation, Outcome, OutcomeState, ReceiptState
from bridge.domain.sale import NOBODY, Basket
from tests.proof.books import CARDS, Standing, nothing_twice
from tests.proof.runs import Watched
from tests.proof.till import STORE, Died, ProofTill
from tests.proof.wire import Fate
from tests.proof.world import World

WAIT_S = 1.5
FINAL = {OutcomeState.DONE, OutcomeState.REFUSED, OutcomeState.MANUAL}
TOTALS = st.sampled_from(["100.00", "250.00", "1000.00"])
POINTS = st.sampled_from(["0", "30", "120", "400"])
# After this nothing that can be settled is not: longer than any pause, any deadline and any line of what waits.
A_LONG_TIME_S = 3600.0


@dataclass
class Told:
    """A receipt as its cash program knows it. closing: what it has fiscalised; it repeats that until answered."""

    till: ProofTill
    receipt_id: str
    operation: Operation = Operation.SALE
    total: str = ""
    card: str = ""
    closing: Closing | None = None
    is_cancelled: bool = False
    answer: Outcome | None = None
    by_hand: bool = False

    @property
    def is_open(self) -> bool:
        return self.closing is None and not self.is_cancelled

    @property
    def prefix(self) -> str:
        return f"{STORE}/{self.till.name}/{self.receipt_id}/"


class Tills(Watched):
    """Set `kind` to that of the provider."""

    kind = "maxma"

    @initialize(tills=st.integers(1, 2))
    def begin(self, tills: int) -> None:
        self.world = World(self.kind, tills)
        self.receipts: list[Told] = []

    # --- what cash programs do --------------------------------------------------------------------

    @rule(till=st.integers(0, 1), card=st.sampled_from(["", *CARDS]))
    def open(self, till: int, card: str) -> None:
        receipt = self._new(till)
        self._ask(receipt, lambda desk: desk.receipts.open(receipt.receipt_id, Operation.SALE, None, NOBODY))
        if card:
            self._card(receipt, card)

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data(), card=st.sampled_from(CARDS))
    def another_card(self, data: st.DataObject, card: str) -> None:
        self._card(self._one_of(data, self._open_ones()), card)

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data())
    def clear_card(self, data: st.DataObject) -> None:
        receipt = self._one_of(data, self._open_ones())
        receipt.card = ""
        self._ask(receipt, lambda desk: desk.receipts.clear_card(receipt.receipt_id))

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data(), total=TOTALS)
    def limits(self, data: st.DataObject, total: str) -> None:
        receipt = self._one_of(data, self._open_ones())
        receipt.total = total
        self._ask(receipt, lambda desk: desk.limiting.limits(receipt.receipt_id, _basket(total), WAIT_S))

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data(), spent=POINTS, total=TOTALS)
    def redeem(self, data: st.DataObject, spent: str, total: str) -> None:
        receipt = self._one_of(data, self._open_ones())
        if not receipt.total:
            receipt.total = total
            self._ask(receipt, lambda desk: desk.limiting.limits(receipt.receipt_id, _basket(total), 0.0))
        self._ask(receipt, lambda desk: desk.redeeming.redeem(receipt.receipt_id, points(spent), WAIT_S))

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data())
    def cancel_redeem(self, data: st.DataObject) -> None:
        receipt = self._one_of(data, self._open_ones())
        self._ask(receipt, lambda desk: desk.redeeming.cancel(receipt.receipt_id))

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data(), total=TOTALS)
    def prepare(self, data: st.DataObject, total: str) -> None:
        receipt = self._one_of(data, self._open_ones())
        receipt.total = receipt.total or total
        self._ask(receipt, lambda desk: desk.preparing.prepare(receipt.receipt_id, _basket(receipt.total), WAIT_S))

    @precondition(lambda self: self._open_ones())
    @rule(
        data=st.data(), total=TOTALS, same=st.booleans(), spent=st.sampled_from([None, "0", "30"]), wait=st.booleans()
    )
    def close(self, data: st.DataObject, total: str, same: bool, spent: str | None, wait: bool) -> None:
        receipt = self._one_of(data, self._open_ones())
        receipt.closing = Closing(
            receipt.receipt_id,
            _basket(receipt.total if same and receipt.total else total),
            redeemed=None if spent is None else points(spent),
            operation=Operation.SALE,
        )
        self._close(receipt, WAIT_S if wait else 0.0)

    @rule(till=st.integers(0, 1), total=TOTALS, spent=POINTS, card=st.sampled_from(CARDS))
    def close_alone(self, till: int, total: str, spent: str, card: str) -> None:
        receipt = self._new(till)
        receipt.closing = Closing(
            receipt.receipt_id, _basket(total), redeemed=points(spent), operation=Operation.SALE, card=card
        )
        self._close(receipt, WAIT_S)

    @precondition(lambda self: self._open_ones())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        receipt = self._one_of(data, self._open_ones())
        receipt.is_cancelled = True
        self._ask(receipt, lambda desk: desk.closing.cancel(receipt.receipt_id, WAIT_S))

    @precondition(lambda self: self._sold())
    @rule(data=st.data(), till=st.integers(0, 1), part=st.sampled_from(["1", "0.5", "0.3"]), wait=st.booleans())
    def refund(self, data: st.DataObject, till: int, part: str, wait: bool) -> None:
        """Of any sale, at any till: in whole, in part, again and again."""
        sale = self._one_of(data, self._sold())
        assert sale.closing is not None
        receipt, total = self._new(till), sale.closing.basket.total
        base = Base(sale.receipt_id)
        if sale.till is not receipt.till:
            reference = sale.answer.provider_ref if sale.answer else None
            base = Base(sale.receipt_id, sale.till.name, total, card=self._card_of(sale), provider_ref=reference or "")
        receipt.operation = Operation.REFUND
        receipt.closing = Closing(
            receipt.receipt_id,
            Basket.of(Money((total * Decimal(part)).quantize(Decimal("0.01")))),
            operation=Operation.REFUND,
            base=base,
        )
        self._close(receipt, WAIT_S if wait else 0.0)

    @precondition(lambda self: self._closed())
    @rule(data=st.data(), wait=st.booleans())
    def repeat(self, data: st.DataObject, wait: bool) -> None:
        self._close(self._one_of(data, self._closed()), WAIT_S if wait else 0.0)

    # --- what goes wrong --------------------------------------------------------------------------

    @rule(fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=4))
    def fate(self, fates: list[Fate]) -> None:
        self.world.wire.fates.extend(fates)

    @rule(is_away=st.booleans())
    def away(self, is_away: bool) -> None:
        self.world.wire.is_away = is_away

    @rule(till=st.integers(0, 1), saves=st.integers(1, 6), keeps_last=st.booleans())
    def die_at(self, till: int, saves: int, keeps_last: bool) -> None:
        """At a step of the journal still to come."""
        self._till(till).writer.die_after(saves, keeps_last=keeps_last)

    @rule(till=st.integers(0, 1))
    def kill(self, till: int) -> None:
        self._till(till).kill()

    @rule(seconds=st.sampled_from([0.02, 0.5, 3.0, 40.0, 700.0]))
    def let_pass(self, seconds: float) -> None:
        self.world.tills[0].let_pass(seconds)
        self._bury()

    @rule(till=st.integers(0, 1))
    def look_after(self, till: int) -> None:
        self._call(self._till(till), lambda desk: desk.housekeeping.look())

    @rule(data=st.data(), till=st.integers(0, 1))
    def staff_tries_again(self, data: st.DataObject, till: int) -> None:
        tasks = self._call(self._till(till), lambda desk: desk.queue.list())
        if tasks:
            task = data.draw(st.sampled_from(list(tasks)))
            self._call(self._till(till), lambda desk: desk.queue.retry(task.task_id, "staff"))
            for receipt in self.receipts:
                if receipt.till is self._till(till) and receipt.receipt_id == task.receipt_id:
                    receipt.answer = None  # what was refused may be done now

    # --- what must be true ------------------------------------------------------------------------

    @invariant()
    def nothing_is_applied_twice(self) -> None:
        if hasattr(self, "world"):
            nothing_twice(self.world.books)

    def end(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self._heal()
            self._check()
        finally:
            self.world.close()

    def _heal(self) -> None:
        """All answers come again, nobody dies any more, cash programs have repeated what was not answered."""
        self.world.wire.is_away = False
        self.world.wire.fates.clear()
        for till in self.world.tills:
            till.writer.saves_left = None
        for receipt in self._closed():
            if receipt.answer is None:
                self._close(receipt, WAIT_S)
        for till in self.world.tills:
            till.let_pass(A_LONG_TIME_S)

    def _check(self) -> None:
        self.world.books.check()
        for till in self.world.tills:
            assert not till.defects, till.defects
        for receipt in self.receipts:
            self._check_receipt(receipt)
        self.nothing_is_applied_twice()

    def _check_receipt(self, told: Told) -> None:
        desk, standing = told.till.desk, self._standing(told)
        known = self._call(told.till, lambda desk: desk.book.find(told.receipt_id))
        if known is None:  # it was opened by a call that was never answered
            assert told.closing is None
            assert [*standing.sold, *standing.held, *standing.returned] == []
            return
        has_task = bool(desk.book.open_tasks(told.receipt_id))
        assert known.settled or has_task or self._waits_for_its_sale(told), (known, "nobody sees to it")
        if known.is_live:
            assert told.closing is None
            assert not standing.sold
            return
        assert (known.state is ReceiptState.CANCELLED) == (told.closing is None), known
        outcome = known.outcome
        assert outcome is not None
        if told.answer and told.answer.state in FINAL:
            assert (told.answer.state, told.answer.redeemed) == (outcome.state, outcome.redeemed), (
                told.answer,
                outcome,
            )
        if not known.settled:
            return  # staff is told, and asks the provider
        assert outcome.state in FINAL, outcome
        assert has_task or not standing.held, (known, standing)
        if outcome.state is not OutcomeState.DONE:
            assert has_task, known
            assert not standing.returned, (known, standing)
            return
        if told.closing is None:
            assert has_task or not standing.sold, (known, standing)
        elif told.operation is Operation.REFUND:
            assert len(standing.returned) == (known.goal.refund is not None), (known, standing)
            for back in standing.returned:  # None: the provider has not said
                assert outcome.restored in {None, back.restored}, (outcome, back)
                assert outcome.reversed in {None, back.reversed}, (outcome, back)
        else:
            self._check_sale(told, outcome, standing)

    def _waits_for_its_sale(self, told: Told) -> bool:
        """Of which staff is told."""
        base = told.closing.base if told.closing else None
        return bool(base and any(task.receipt_id == base.receipt_id for task in told.till.desk.book.open_tasks()))

    def _check_sale(self, told: Told, outcome: Outcome, standing: Standing) -> None:
        assert told.closing is not None
        if outcome.accrued is None and outcome.redeemed is None:  # no card: nobody heard of it
            assert standing.sold == [], standing
            return
        (sold,) = standing.sold
        assert sold.total == told.closing.basket.total
        assert (sold.spent, sold.earned) == (outcome.redeemed, outcome.accrued), (sold, outcome)
        if told.closing.redeemed is not None:
            assert sold.spent == told.closing.redeemed

    # --- below here: how ---------------------------------------------------------------------------

    def _close(self, receipt: Told, wait_s: float) -> None:
        closing = receipt.closing
        assert closing is not None
        for _ in range(20):
            answer = self._call(receipt.till, lambda desk: desk.closing.close(closing, wait_s))
            if isinstance(answer, Outcome):
                break
        else:
            raise AssertionError(f"close is not answered: {answer!r}")
        if receipt.answer and receipt.answer.state in FINAL:
            assert answer.state is receipt.answer.state, (answer, receipt.answer)
        receipt.answer = answer

    def _card(self, receipt: Told, card: str) -> None:
        receipt.card = card
        self._ask(
            receipt,
            lambda desk: desk.cards.resolve(
                receipt.till.programme, CardNumber(card), Entry.SCAN, receipt.receipt_id, WAIT_S
            ),
        )

    def _ask(self, receipt: Told, make: Callable[[Desk], Awaitable[Any]]) -> None:
        """What is refused, or not answered, the cash program takes as it is and goes on."""
        self._call(receipt.till, make)

    def _call(self, till: ProofTill, make: Callable[[Desk], Awaitable[Any]]) -> Any:  # noqa: ANN401 - any answer
        type(self).calls += 1
        try:
            return till.call(make)
        except (DeskError, Died, TaskUnknown) as error:  # TaskUnknown: it was settled since the queue was read
            return None if isinstance(error, Died) else error
        finally:
            self._bury()

    def _bury(self) -> None:
        """Whoever else has died meanwhile is started again."""
        for till in self.world.tills:
            if till.writer.dead.done():
                till.kill()

    def _new(self, till: int) -> Told:
        receipt = Told(self._till(till), f"R-{len(self.receipts) + 1}")
        self.receipts.append(receipt)
        return receipt

    def _till(self, number: int) -> ProofTill:
        return self.world.tills[number % len(self.world.tills)]

    def _open_ones(self) -> list[Told]:
        return [receipt for receipt in self.receipts if receipt.is_open]

    def _closed(self) -> list[Told]:
        return [receipt for receipt in self.receipts if receipt.closing]

    def _sold(self) -> list[Told]:
        return [receipt for receipt in self._closed() if receipt.operation is Operation.SALE]

    def _one_of(self, data: st.DataObject, receipts: list[Told]) -> Told:
        return receipts[data.draw(st.integers(0, len(receipts) - 1))]

    def _card_of(self, sale: Told) -> str:
        return (sale.closing.card if sale.closing else None) or sale.card

    def _standing(self, receipt: Told) -> Standing:
        return self.world.books.of(receipt.prefix)


def _basket(total: str) -> Basket:
    return Basket.of(Money(Decimal(total)))


def tills_of(kind: str) -> type[Tills]:
    """The machine for this kind of provider."""
    return type(f"{kind.title()}Tills", (Tills,), {"kind": kind})
