"""A person leaves the journal: no byte of them is left in its files, and what is money is as it was."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.member import AttachedCard, CardKind, Entry, Member, Source
from bridge.domain.money import money, points
from bridge.domain.moves import Move, MoveResult, MoveState, PaperLine, Purchase
from bridge.domain.person import FORGOTTEN, Person
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.receipt import JobState, Operation, Outcome, OutcomeState, PrintJob, Receipt, ReceiptState
from bridge.domain.sale import Basket
from bridge.domain.task import StaffTask, TaskState
from bridge.journal import SqliteJournal
from bridge.journal import erasing as module
from bridge.journal.erasing import erased
from bridge.journal.records import decode_receipt, row_of
from tests.journal.conftest import NOON

Receipts = Callable[..., Receipt]
Moves = Callable[..., Move]

CARD = CardNumber("2900000000018")
PERSON = Person(frozenset({CARD}), frozenset({Phone("+79161234567")}), frozenset({PersonName("Иванова Мария")}))


def attached(number: CardNumber = CARD, holder: str = "Иванова Мария") -> AttachedCard:
    member = Member(number, CardKind.BONUS, PersonName(holder), balance=points(350))
    return AttachedCard("club", number, Entry.SCAN, member, Source.ONLINE, NOON)


def sold(receipt: Receipt, number: CardNumber = CARD, holder: str = "Иванова Мария") -> Receipt:
    """The receipt as it stands when all of it is settled."""
    thanks = (PaperLine(text=f"{holder}, спасибо!"), PaperLine(left="Карта", right=number.value))
    outcome = Outcome(OutcomeState.DONE, accrued=points(10), printout=thanks, job_id=f"job-{receipt.receipt_id}")
    basket = Basket.of(money("100.00"))
    return replace(
        receipt,
        state=ReceiptState.CLOSED,
        card=attached(number, holder),
        basket=basket,
        outcome=outcome,
        closed_at=NOON,
    )


def records(a_receipt: Receipts, a_move: Moves, receipt_id: str, number: CardNumber, holder: str) -> Sequence[object]:
    receipt = sold(a_receipt(receipt_id), number, holder)
    purchase = Purchase(number, Basket.of(money("100.00")), points(3), NOON)
    result = MoveResult(provider_ref="ref", accrued=points(10), printout=(PaperLine(text=f"Уважаемая {holder}"),))
    move = a_move(receipt_id, purchase=purchase, state=MoveState.DONE, result=result)
    text = f"Чек {receipt_id}, карта {number.value}: спишите 200."
    task = StaffTask(f"refused:{receipt_id}", "refused", receipt_id, NOON, "no", text, TaskState.RESOLVED, note=holder)
    job = PrintJob(f"job-{receipt_id}", "receipt", "", receipt.outcome.printout if receipt.outcome else (), NOON)
    return receipt, move, task, replace(job, state=JobState.PRINTED)


async def forget(journal: SqliteJournal, person: Person = PERSON) -> int:
    """As the desk does it: how many records were rewritten."""
    changed = 0
    ids = await journal.receipts_naming(person)
    for receipt_id in ids:
        changed += await journal.erase(person, receipt_id)
    changed += await journal.erase_jobs(person, [f"job-{receipt_id}" for receipt_id in ids])
    await journal.seal()
    return changed


async def test_no_byte_of_a_person_is_left_and_nobody_else_is_touched(
    path: Path, journal: SqliteJournal, a_receipt: Receipts, a_move: Moves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 7)
    others = {f"o-{number}": CardNumber(f"29000000{number:05}") for number in range(20, 45)}
    for receipt_id, number in others.items():
        await journal.save(*records(a_receipt, a_move, receipt_id, number, "Петров Пётр"))  # type: ignore[arg-type]
        if receipt_id in {"o-25", "o-35", "o-44"}:
            mine = a_receipt(f"m-{receipt_id}", opened_at=NOON + timedelta(seconds=1))
            await journal.save(mine, *records(a_receipt, a_move, mine.receipt_id, CARD, "Иванова Мария"))  # type: ignore[arg-type]
            await journal.save(sold(mine))
    before = {receipt_id: await journal.receipt(receipt_id) for receipt_id in others}

    assert await forget(journal) == 3 * 4

    assert await journal.receipts_naming(PERSON) == []
    assert {receipt_id: await journal.receipt(receipt_id) for receipt_id in others} == before
    mine = await journal.receipt("m-o-25") or a_receipt()
    assert mine.card is not None
    assert mine.card.number == CardNumber(FORGOTTEN)
    assert (mine.basket, mine.outcome and mine.outcome.accrued) == (Basket.of(money("100.00")), points(10))
    (move,) = await journal.moves_of("m-o-25")
    assert move.purchase is not None
    assert (move.purchase.card.value, move.purchase.redeem, move.state) == (FORGOTTEN, points(3), MoveState.DONE)
    job = await journal.job("job-m-o-25")
    assert job is not None
    assert job.lines == (PaperLine(text=f"{FORGOTTEN}, спасибо!"), PaperLine(left="Карта", right=FORGOTTEN))
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert "Петров".encode() in left
    for text in (CARD.value, "Иванова", "Мария"):
        assert text.encode() not in left


async def test_what_still_waits_for_its_printer_stays(journal: SqliteJournal) -> None:
    waiting = PrintJob("j-1", "receipt", "", (PaperLine(text=CARD.value),), NOON)
    await journal.save(waiting, replace(waiting, job_id="j-2", state=JobState.FAILED))
    assert await forget(journal) == 1
    assert await journal.job("j-1") == waiting


def test_a_short_number_takes_nothing_but_itself(a_receipt: Receipts) -> None:
    body = row_of(sold(a_receipt("17"), CardNumber("17"), "И. 17")).values[-1]
    other = row_of(sold(a_receipt("18"), CardNumber("1700"))).values[-1]
    assert isinstance(body, str)
    assert isinstance(other, str)
    person = Person(frozenset({CardNumber("17")}))
    left = decode_receipt(erased(body, person))
    assert (left.receipt_id, left.basket) == ("17", Basket.of(money("100.00")))
    assert left.card is not None
    assert left.card.number.value == FORGOTTEN
    assert erased(other, person) == other


@given(
    card=st.text(min_size=1, max_size=20),
    holder=st.text(max_size=30),
    note=st.text(max_size=40),
    spent=st.decimals(0, 1000, places=2),
)
def test_whatever_stands_there_a_receipt_stays_one(card: str, holder: str, note: str, spent: Decimal) -> None:
    paper = (PaperLine(text=f"{note} {card} {note}"),)
    receipt = Receipt(
        "r-1",
        Operation.SALE,
        NOON,
        card=attached(CardNumber(card), holder),
        outcome=Outcome(OutcomeState.DONE, redeemed=points(spent), printout=paper, reason=note),
    )
    body = row_of(receipt).values[-1]
    assert isinstance(body, str)
    person = Person(frozenset({CardNumber(card)}), names=frozenset({PersonName(holder)}))
    left = decode_receipt(erased(body, person))
    assert left.card is not None
    assert left.card.number.value == FORGOTTEN
    assert left.outcome is not None
    assert left.outcome.redeemed == points(spent)
    assert replace(left, card=None, outcome=None) == replace(receipt, card=None, outcome=None)
