"""The life of a receipt over the socket: opened, selected, read, closed, and what each state forbids."""

import pytest

from tests.shop.client import CashProgram
from tests.shop.shop import CARD, CONFIG, OTHER_CARD, Shop
from tests.shop.steps import close, open_with_card, refused_with, sell


async def test_opening_again_changes_nothing_and_other_content_is_refused(cash: CashProgram) -> None:
    first = await cash.call("receipt.open", receipt_id="R-1", operation="sale", cashier={"code": "7", "name": "Анна"})
    again = await cash.call("receipt.open", receipt_id="R-1", operation="sale", cashier={"code": "7", "name": "Анна"})
    assert again == first
    assert (first["state"], first["card"], first["total"], first["outcome"]) == ("open", None, None, None)
    await refused_with(1015, cash.call("receipt.open", receipt_id="R-1", operation="refund"))
    await refused_with(1015, cash.call("receipt.open", receipt_id="R-1", operation="sale"))


async def test_a_closed_or_cancelled_receipt_takes_no_more_calls(cash: CashProgram) -> None:
    for receipt_id in ("closed", "cancelled"):
        await open_with_card(cash, receipt_id)
    await close(cash, "closed")
    assert (await cash.call("receipt.cancel", receipt_id="cancelled"))["state"] == "done"
    for receipt_id in ("closed", "cancelled"):
        about = {"receipt_id": receipt_id}
        await refused_with(1015, cash.call("receipt.open", operation="sale", **about))
        await refused_with(1007, cash.call("receipt.select", **about))
        await refused_with(1007, cash.call("receipt.clear_card", **about))
        await refused_with(1007, cash.call("receipt.limits", total="1", **about))
        await refused_with(1007, cash.call("receipt.redeem", points="1", **about))
        await refused_with(1007, cash.call("receipt.cancel_redeem", **about))
        await refused_with(1007, cash.call("receipt.prepare", total="1", **about))
        await refused_with(1007, cash.call("card.resolve", code=CARD, **about))
    await refused_with(1007, cash.call("receipt.cancel", receipt_id="closed"))
    await refused_with(1007, cash.call("receipt.close", receipt_id="cancelled", total="1000.00"))


async def test_calls_on_an_unknown_receipt(cash: CashProgram) -> None:
    unknown = {"receipt_id": "never"}
    for method in ("select", "clear_card", "cancel_redeem", "cancel", "get"):
        await refused_with(1006, cash.call(f"receipt.{method}", **unknown))
    await refused_with(1006, cash.call("receipt.limits", total="1", **unknown))
    await refused_with(1006, cash.call("receipt.redeem", points="1", **unknown))
    await refused_with(1006, cash.call("receipt.prepare", total="1", **unknown))
    data = await refused_with(1006, cash.call("card.resolve", code=CARD, **unknown))
    assert (data["kind"], data["retryable"], data["text"]) == ("receipt_unknown", False, "Такой чек не открыт.")


async def test_close_without_a_card_is_done_and_sends_nothing(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    before = [r.path for r in shop.provider.requests if r.path != "/get-settings"]
    outcome = await close(cash, "R-1")
    assert outcome["state"] == "done"
    assert all(outcome[name] is None for name in ("accrued", "redeemed", "provider_ref", "task_id", "job_id"))
    assert [r.path for r in shop.provider.requests if r.path != "/get-settings"] == before == []


async def test_close_repeated_is_the_same_outcome_and_other_content_is_refused(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    fiscal = {"number": 12, "at": "2026-11-22T10:00:00Z"}
    first = await close(cash, "R-1", fiscal=fiscal)
    assert first["state"] == "done"
    assert await close(cash, "R-1", fiscal=fiscal) == first
    assert await close(cash, "R-1", fiscal=fiscal, total="1000", wait_ms=1) == first
    await refused_with(1015, cash.call("receipt.close", receipt_id="R-1", total="999.00", fiscal=fiscal))
    await refused_with(1015, cash.call("receipt.close", receipt_id="R-1", total="1000.00"))
    assert len(shop.provider.calls("set-purchase")) == len(shop.provider.calls("confirm-ticket")) == 1
    shop.provider.ledger.check()


async def test_close_opens_a_receipt_that_the_bridge_has_not_seen(shop: Shop, cash: CashProgram) -> None:
    outcome = await close(cash, "late", card=CARD, redeemed="100")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "100.00", "45.00")
    receipt = await cash.call("receipt.get", receipt_id="late")
    assert (receipt["state"], receipt["card"], receipt["total"]) == ("closed", CARD, "1000.00")
    assert receipt["redemption"] == {"points": "100.00", "amount": "100.00", "state": "written_off"}
    assert (await close(cash, "late", card=CARD, redeemed="100"))["provider_ref"] == outcome["provider_ref"]
    await refused_with(1012, cash.call("receipt.close", receipt_id="odd", total="10", card=CARD, redeemed="1.50"))
    await refused_with(1006, cash.call("receipt.get", receipt_id="odd"))
    shop.provider.ledger.check()


async def test_close_of_another_kind_than_opened_is_refused(cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await refused_with(1015, cash.call("receipt.close", receipt_id="R-1", total="1", operation="refund"))
    assert (await close(cash, "R-1", operation="sale"))["state"] == "done"


async def test_cancel_says_the_same_each_time_and_lets_a_hold_go(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await cash.call("receipt.prepare", receipt_id="R-1", total="1000.00", wait_ms=5000)
    outcome = await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=5000)
    assert outcome["state"] == "done"
    assert await cash.call("receipt.cancel", receipt_id="R-1") == outcome
    assert [p.state for p in shop.provider.ledger.purchases.values()] == ["discarded"]
    shop.provider.ledger.check()


async def test_receipts_are_listed_newest_first(cash: CashProgram) -> None:
    for receipt_id in ("A", "B", "C"):
        await cash.call("receipt.open", receipt_id=receipt_id, operation="sale")
    await close(cash, "B")

    async def listed(**params: object) -> list[str]:
        return [each["receipt_id"] for each in (await cash.call("receipt.list", **params))["receipts"]]

    assert await listed() == ["C", "B", "A"]
    assert await listed(state="open") == ["C", "A"]
    assert await listed(state="closed") == ["B"]
    assert await listed(limit=1) == ["C"]
    opened = (await cash.call("receipt.get", receipt_id="B"))["opened_at"]
    assert (await listed(since="2039-01-01T00:00:00Z"), await listed(since=opened)) == ([], ["C", "B"])


async def test_parked_receipts(shop: Shop, cash: CashProgram) -> None:
    """The one selected gets the scans; closing the other leaves it alone."""
    await cash.call("receipt.open", receipt_id="parked", operation="sale")
    await cash.call("receipt.open", receipt_id="next", operation="sale")
    await shop.scanner.scan(CARD)
    await cash.event("receipt", receipt_id="next", card=CARD)
    await cash.call("receipt.select", receipt_id="parked")
    await shop.scanner.scan(OTHER_CARD)
    await cash.event("receipt", receipt_id="parked", card=OTHER_CARD)
    await close(cash, "next")
    assert (await cash.call("receipt.get", receipt_id="next"))["card"] == CARD
    assert (await cash.call("receipt.get", receipt_id="parked"))["card"] == OTHER_CARD


async def test_a_repeated_close_gives_the_same_outcome_to_the_letter(cash: CashProgram) -> None:
    """Also where the paper is the bridge's own wording, read back from the journal the second time."""
    outcome = await sell(cash, "R-1", points="100")
    assert outcome["printout"]
    assert await close(cash, "R-1") == outcome
    assert (await cash.call("receipt.get", receipt_id="R-1"))["outcome"] == outcome


async def test_a_repeated_close_changes_nothing_and_so_tells_nothing(cash: CashProgram) -> None:
    await sell(cash, "R-1")
    told = len(cash.events)
    await close(cash, "R-1")
    await cash.call("receipt.open", receipt_id="R-2", operation="sale")
    news = [event["data"] for event in cash.events[told:] if event["topic"] == "receipt"]
    assert [receipt["receipt_id"] for receipt in news] == ["R-2"]


async def test_long_receipt_ids_that_differ_at_their_end_have_a_paper_each(cash: CashProgram) -> None:
    jobs = [(await sell(cash, f"{'R' * 63}{number}"))["job_id"] for number in range(2)]
    assert None not in jobs
    assert jobs[0] != jobs[1]


async def test_close_never_fails_for_a_provider_that_is_not_configured_any_more(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sell(cash, "S-1")
    await open_with_card(cash, "R-1")
    await shop.kill()
    monkeypatch.setattr("tests.shop.shop.CONFIG", CONFIG.replace('"club"', '"another"'))
    await shop.start()
    async with await shop.cash_program() as again:
        assert (await close(again, "R-1", redeemed="10", wait_ms=100))["state"] == "queued"
        base = {"receipt_id": "S-1"}
        outcome = await close(again, "F-1", operation="refund", base=base, wait_ms=100)
        assert (outcome["state"], bool(outcome["task_id"])) == ("manual", True)


async def test_close_with_a_card_where_no_provider_is_configured(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cash.call("bridge.hello")
    await shop.kill()
    without = CONFIG[: CONFIG.index("[[card_formats]]")] + CONFIG[CONFIG.index("[journal]") :]
    monkeypatch.setattr("tests.shop.shop.CONFIG", without)
    await shop.start()
    async with await shop.cash_program() as again:
        outcome = await close(again, "R-1", card=CARD, wait_ms=100)
        assert (outcome["state"], outcome["accrued"]) == ("done", None)
        base = {"receipt_id": "never", "till": "till-2", "card": CARD}
        assert (await close(again, "F-1", operation="refund", base=base, wait_ms=100))["state"] == "manual"
