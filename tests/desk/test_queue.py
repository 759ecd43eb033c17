"""The queue as staff sees it: every entry says what to correct; it is sent again, or taken off by who set it right."""

import asyncio
import itertools
import json
import os
import sqlite3
import sys
from collections.abc import Awaitable, Mapping
from typing import Any

import pytest

from bridge.desk.settling.staff import Staff
from bridge.domain.task import StaffTask
from bridge.emulation.maxma import Fault, FaultKind, RepeatedSet, errors
from tests.desk.held_saves import hold_saves
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, OTHER_CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, final, held, member, open_with_card, redeem, refused_with, sell

AWAY = Fault(FaultKind.TRY_LATER, times=10_000)


async def _queue(cash: CashProgram) -> list[Mapping[str, Any]]:
    tasks: list[Mapping[str, Any]] = (await cash.call("queue.list"))["tasks"]
    return tasks


def _kept(shop: Shop, task_id: str) -> Mapping[str, Any]:
    """The task as the journal's file has it."""
    with sqlite3.connect(f"file:{shop.folder}/journal.db?mode=ro", uri=True) as journal:
        (body,) = journal.execute("SELECT body FROM tasks WHERE task_id = ?", (task_id,)).fetchone()
    journal.close()
    kept: Mapping[str, Any] = json.loads(body)
    return kept


async def test_an_empty_queue_and_an_entry_that_nobody_knows(cash: CashProgram) -> None:
    assert await _queue(cash) == []
    for call in (cash.call("queue.retry", task_id="x"), cash.call("queue.resolve", task_id="x", note="done")):
        await refused_with(-32602, call)
    await refused_with(-32602, cash.call("queue.resolve", task_id="x", note=""))


async def test_what_waits_is_listed_and_goes_out_at_once_when_told_to(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("set-purchase", AWAY)
    assert (await close(cash, "R-1", card=CARD, redeemed="50"))["state"] == "queued"
    told = await cash.event("queue", task_id="sale:R-1", state="queued")
    (task,) = await _queue(cash)
    assert {name: task[name] for name in ("task_id", "kind", "receipt_id", "state")} == {
        "task_id": "sale:R-1",
        "kind": "sale",
        "receipt_id": "R-1",
        "state": "queued",
    }
    assert 0 <= task["age_s"] < 60
    assert all(part in task["text"] for part in ("R-1", "1000", CARD, "списать 50", task["reason"]))
    assert (told["text"], bool(task["reason"])) == (task["text"], True)
    shop.provider.faults.clear()
    await cash.call("queue.retry", task_id="sale:R-1")
    await final(cash, "R-1")
    await cash.event("queue", task_id="sale:R-1", state="resolved")
    assert (await _queue(cash), len(bought(shop))) == ([], 1)


async def test_what_is_resolved_is_never_sent(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("set-purchase", AWAY)
    await close(cash, "R-1", card=CARD)
    (task,) = await _queue(cash)
    await cash.call("queue.resolve", task_id=task["task_id"], note="начислено в кабинете")
    shop.provider.faults.clear()
    receipt = await cash.call("receipt.get", receipt_id="R-1")
    outcome = receipt["outcome"]
    assert (outcome["state"], outcome["task_id"]) == ("manual", "sale:R-1")
    assert outcome["reason"] == "начислено в кабинете"
    kept = _kept(shop, "sale:R-1")
    assert (kept["state"], kept["note"]) == ("resolved", "начислено в кабинете")
    assert kept["resolved_by"] == f"uid {os.getuid()}"
    again = await close(cash, "R-1", card=CARD)
    assert (again["state"], await _queue(cash)) == ("manual", [])
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as restarted:
        assert (await close(restarted, "R-1", card=CARD))["state"] == "manual"
        refund = await close(restarted, "F-1", operation="refund", base={"receipt_id": "R-1"})
        assert refund["state"] == "manual"  # whoever booked the sale by hand books its return by hand
    assert (bought(shop), held(shop)) == ([], [])


async def test_a_refused_sale_says_what_to_book_and_can_be_tried_again(shop: Shop, cash: CashProgram) -> None:
    member(shop, OTHER_CARD).bonuses = 0
    refused = await close(cash, "R-1", card=OTHER_CARD, redeemed="300")
    assert refused["state"] == "refused"
    (task,) = await _queue(cash)
    assert (task["task_id"], task["kind"], task["state"]) == ("refused:R-1", "refused", "open")
    assert all(part in task["text"] for part in ("R-1", OTHER_CARD, "1000", "списать 300", task["reason"]))
    await cash.call("queue.retry", task_id="refused:R-1")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while [each["task_id"] for each in await _queue(cash)] != ["refused:R-1"]:
            pass  # in doubt for a moment, then the provider refuses once more
    assert len(shop.provider.calls("set-purchase")) == 2
    member(shop, OTHER_CARD).bonuses = member(shop, OTHER_CARD).opening = 1000
    await cash.call("queue.retry", task_id="refused:R-1")
    receipt = await final(cash, "R-1")
    assert (receipt["outcome"]["redeemed"], receipt["outcome"]["task_id"]) == ("300.00", None)
    assert [p.calculation.applied for p in bought(shop)] == [300]
    kept = _kept(shop, "refused:R-1")
    assert (kept["state"], kept["resolved_by"]) == ("resolved", f"uid {os.getuid()}")


async def test_a_hold_that_died_is_set_anew_by_a_retry(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Confirmations refused twice: points were reserved and let go each time, now the provider is well again."""
    with monkeypatch.context() as dying:
        dying.setattr(shop.provider.ledger, "confirm", _not_found)
        assert (await close(cash, "R-1", card=CARD, redeemed="10"))["state"] == "refused"
    await cash.call("queue.retry", task_id="refused:R-1")
    await final(cash, "R-1")
    assert [p.calculation.applied for p in bought(shop)] == [10]


def _not_found(_txid: str, _ticket: str, _receipt_num: str) -> None:
    raise errors.purchase_not_found()


async def test_a_manual_return_is_not_to_be_retried(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    base = {"receipt_id": "S-1"}
    assert (await close(cash, "F-1", "400.00", operation="refund", base=base))["state"] == "done"
    await close(cash, "F-2", "900.00", operation="refund", base=base)
    (task,) = await _queue(cash)
    assert task["kind"] == "manual"
    assert all(part in task["text"] for part in ("F-2", "S-1", CARD, "900", "вернуть можно ещё 600"))
    await refused_with(1007, cash.call("queue.retry", task_id=task["task_id"]))
    await cash.call("queue.resolve", task_id=task["task_id"], note="в кабинете")
    assert await _queue(cash) == []
    assert (await cash.call("receipt.get", receipt_id="F-2"))["outcome"]["state"] == "manual"
    assert len(shop.provider.ledger.returns) == 1


async def test_an_unknown_outcome_that_a_person_has_looked_up(shop: Shop, cash: CashProgram) -> None:
    """One entry, not two: the task for a person tells of the receipt that is in doubt."""
    shop.provider.ledger.repeat_set = RepeatedSet.ALREADY_PROCESSED
    shop.provider.fault("set-purchase", Fault(FaultKind.HTML, times=1000))
    told = asyncio.create_task(cash.event("queue", receipt_id="R-1", kind="unknown", state="open"))
    while not told.done():
        await close(cash, "R-1", card=CARD, redeemed="100", wait_ms=50)
    (task,) = await _queue(cash)
    assert task["kind"] == "unknown"
    assert "списать 100" in task["text"]
    while True:  # it is refused while the provider is just being asked
        reply = await cash.ask("queue.resolve", task_id=task["task_id"], note="ok")
        if "error" not in reply:
            break
        assert reply["error"]["code"] == 1007
    assert await _queue(cash) == []
    asked = len(shop.provider.calls("set-purchase"))
    assert (await close(cash, "R-1", card=CARD, redeemed="100"))["state"] == "manual"
    assert len(shop.provider.calls("set-purchase")) == asked


async def test_what_is_undone_on_an_open_receipt_waits_in_the_queue(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    await cash.call("receipt.prepare", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    shop.provider.fault("discard-ticket", AWAY)
    assert (await cash.call("receipt.cancel_redeem", receipt_id="R-1"))["state"] == "queued"
    (task,) = await _queue(cash)
    assert (task["task_id"], task["state"]) == ("cancel:R-1", "queued")
    assert "вернуть 100" in task["text"]
    await refused_with(1007, cash.call("queue.resolve", task_id="cancel:R-1", note="?"))
    shop.provider.faults.clear()
    await cash.call("queue.retry", task_id="cancel:R-1")
    await cash.event("queue", task_id="cancel:R-1", state="resolved")
    assert (held(shop), member(shop).bonuses) == ([], 350)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can call as somebody else")
async def test_the_queue_is_for_administrators(shop: Shop) -> None:
    """Asked over the real socket by another user of the machine, who may use the socket and no more."""
    (shop.folder / "pos.sock").chmod(0o666)
    shop.folder.chmod(0o755)
    script = (
        "import os, socket, sys\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode() + b'\\n')\n"
        "print(s.makefile().readline())"
    )
    for method, params in (
        ("queue.list", {}),
        ("queue.retry", {"task_id": "x"}),
        ("queue.resolve", {"task_id": "x", "note": "x"}),
        ("bridge.hello", {}),
    ):
        line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        asking = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, str(shop.folder / "pos.sock"), line), stdout=asyncio.subprocess.PIPE
        )
        reply = json.loads((await asking.communicate())[0])
        assert reply.get("error", {}).get("code") == (None if method == "bridge.hello" else 1009), method


async def test_a_hold_that_could_be_neither_confirmed_nor_released_is_not_forgotten(
    shop: Shop, cash: CashProgram
) -> None:
    """It may stand with its points reserved: a retry confirms it, and sets no second one beside it."""
    shop.provider.fault("confirm-ticket", Fault(FaultKind.REFUSAL))
    shop.provider.fault("discard-ticket", Fault(FaultKind.REFUSAL))
    assert (await close(cash, "R-1", card=CARD, redeemed="100"))["state"] == "refused"
    assert [p.calculation.applied for p in held(shop)] == [100]
    await cash.call("queue.retry", task_id="refused:R-1")
    await final(cash, "R-1")
    assert ([p.calculation.applied for p in bought(shop)], held(shop)) == ([100], [])


async def test_a_long_queue_is_told_a_little_at_a_time(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan must not wait until hundreds of texts are made."""
    shop.provider.fault("set-purchase", AWAY)
    for number in range(5):
        await close(cash, f"R-{number}", card=CARD, wait_ms=0)
        await cash.event("queue", receipt_id=f"R-{number}", state="queued")
    waiting, turns = Staff.waiting, list[int]()
    turn = itertools.count()

    async def made(self: Staff, *of: Any) -> StaffTask:  # noqa: ANN401 - passed on
        turns.append(next(turn))
        asyncio.get_running_loop().call_soon(next, turn)
        return await waiting(self, *of)

    monkeypatch.setattr(Staff, "waiting", made)
    assert len(await _queue(cash)) == 5
    assert all(later - earlier > 1 for earlier, later in itertools.pairwise(turns))


@pytest.mark.parametrize("second", ["retry", "resolve"])
@pytest.mark.parametrize("first", ["retry", "resolve"])
async def test_two_people_who_see_to_the_same_task_do_not_both(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    """What one of them books by hand must not go to the provider as well."""

    def call(name: str) -> Awaitable[Any]:
        note = {"note": "booked by hand"} if name == "resolve" else {}
        return cash.call(f"queue.{name}", task_id="refused:R-1", **note)

    member(shop, OTHER_CARD).bonuses = 0
    await close(cash, "R-1", card=OTHER_CARD, redeemed="300")
    held = hold_saves(monkeypatch, lambda records: any(isinstance(record, StaffTask) for record in records))
    earlier = asyncio.ensure_future(call(first))
    await asyncio.wait_for(held.begun.wait(), 5)
    later = asyncio.ensure_future(call(second))
    await cash.call("bridge.status")  # it has been begun
    held.goes_on.set()
    await earlier
    await refused_with(-32602, later)
