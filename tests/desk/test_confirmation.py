"""Points that a customer must confirm by a code: sent, told, compared, and never shown."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.emulation.maxma import Fault, FaultKind, Rules
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, OTHER_CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, open_with_card, prepare, refused_with

METHOD = "send-confirmation-code"


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    """At a shop whose cabinet says that a code confirms spending."""
    shop.provider.methods.rules = Rules(confirmation=True)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("receipt", "queue") as client:
        yield client


async def _redeem(cash: CashProgram, points: str, receipt_id: str = "R-1", **more: object) -> dict[str, object]:
    await cash.call("receipt.limits", receipt_id=receipt_id, total="1000.00")
    redemption: dict[str, object] = await cash.call(
        "receipt.redeem", receipt_id=receipt_id, points=points, wait_ms=PATIENCE_MS, **more
    )
    return redemption


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1000:03}"


async def test_points_are_spent_with_the_code_that_was_sent(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["confirmation"] is True
    assert "confirmation" in [reason["code"] for reason in limits["reasons"]]
    data = await refused_with(1013, _redeem(cash, "100"))
    assert data["kind"] == "confirmation_required"
    told = await cash.call("receipt.request_code", receipt_id="R-1")
    assert (told["sent"], told["channel"]) == (True, "sms")
    assert told["expires_at"]
    (code,) = shop.provider.codes(CARD)
    assert code not in str(told)
    data = await refused_with(1013, _redeem(cash, "100", code=_wrong(code)))
    assert (data["kind"], "не подошёл" in data["text"]) == ("confirmation_required", True)
    assert (await _redeem(cash, "100", code=f" {code} "))["state"] == "noted"
    assert (await prepare(cash, "R-1"))["redeemed"] == "100.00"
    assert (await close(cash, "R-1"))["redeemed"] == "100.00"
    assert [purchase.calculation.applied for purchase in bought(shop)] == [100]
    assert code not in "".join(str(line.get(key)) for line in shop.log for key in line if key != "timestamp")


async def test_who_has_confirmed_more_has_confirmed_less(shop: Shop, cash: CashProgram) -> None:
    """And a repeated call is answered as the first, also after a restart, where no code is known any more."""
    await open_with_card(cash, "R-1")
    await cash.call("receipt.request_code", receipt_id="R-1")
    (code,) = shop.provider.codes(CARD)
    await _redeem(cash, "100", code=code)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as again:
        assert (await _redeem(again, "100", code=code))["points"] == "100.00"
        assert (await _redeem(again, "60"))["points"] == "60.00"
        await refused_with(1013, _redeem(again, "101"))
        await refused_with(1013, _redeem(again, "101", code=code))
        await again.call("receipt.request_code", receipt_id="R-1")
        assert (await _redeem(again, "101", code=shop.provider.codes(CARD)[-1]))["points"] == "101.00"


async def test_a_repeated_request_sends_no_second_message(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    async with await shop.cash_program() as other:
        told = await asyncio.gather(
            *(each.call("receipt.request_code", receipt_id="R-1") for each in (cash, other, cash))
        )
    assert [each == told[0] for each in told] == [True] * 3
    assert len(shop.provider.codes(CARD)) == 1


async def test_nobody_guesses_on_and_on(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await cash.call("receipt.request_code", receipt_id="R-1")
    (code,) = shop.provider.codes(CARD)
    for _ in range(3):
        await refused_with(1013, _redeem(cash, "100", code=_wrong(code)))
    await refused_with(1013, _redeem(cash, "100", code=code))
    await cash.call("receipt.request_code", receipt_id="R-1")
    first, second = shop.provider.codes(CARD)
    assert first != second
    assert (await _redeem(cash, "100", code=second))["state"] == "noted"


async def test_a_code_is_of_one_receipt_and_one_card(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await open_with_card(cash, "R-2")
    await cash.call("receipt.request_code", receipt_id="R-1")
    (code,) = shop.provider.codes(CARD)
    await refused_with(1013, _redeem(cash, "100", "R-2", code=code))
    await cash.call("card.resolve", code=OTHER_CARD, entry="scan", receipt_id="R-1", wait_ms=PATIENCE_MS)
    await refused_with(1013, _redeem(cash, "100", code=code))


async def test_what_no_code_is_sent_for(shop: Shop, cash: CashProgram) -> None:
    await refused_with(1006, cash.call("receipt.request_code", receipt_id="R-0"))
    await cash.call("receipt.open", receipt_id="bare", operation="sale")
    await refused_with(1007, cash.call("receipt.request_code", receipt_id="bare"))
    await open_with_card(cash, "R-1")
    shop.provider.fault(METHOD, Fault(FaultKind.REFUSAL, code=28))
    await refused_with(1004, cash.call("receipt.request_code", receipt_id="R-1"))
    await close(cash, "R-1")
    await refused_with(1007, cash.call("receipt.request_code", receipt_id="R-1"))
    assert shop.provider.codes(CARD) == []


async def test_a_message_whose_code_got_lost_is_sent_anew(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    shop.provider.fault(METHOD, Fault(FaultKind.LOST_REPLY))
    await refused_with(1003, cash.call("receipt.request_code", receipt_id="R-1"))
    (lost,) = shop.provider.codes(CARD)
    await refused_with(1013, _redeem(cash, "100", code=lost))
    await cash.call("receipt.request_code", receipt_id="R-1")
    assert (await _redeem(cash, "100", code=shop.provider.codes(CARD)[-1]))["state"] == "noted"


async def test_a_shop_that_wants_no_codes(shop: Shop) -> None:
    async with await shop.cash_program() as cash:
        await open_with_card(cash, "R-1")
        told = await cash.call("receipt.request_code", receipt_id="R-1")
        assert told == {"sent": False, "channel": None, "expires_at": None}
        assert (await _redeem(cash, "100", code="000"))["state"] == "noted"
    assert shop.provider.calls(METHOD) == []
