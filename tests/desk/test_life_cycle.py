"""Every cell of the life cycle's table at a running till: any order of calls is answered as the table says."""

from typing import Any

import pytest

from bridge.domain.errors import DeskError
from bridge.domain.life_cycle import TABLE, Call, Same
from bridge.domain.receipt import ReceiptState
from tests.shop.client import CashProgram, Refusal
from tests.shop.shop import CARD, OTHER_CARD
from tests.shop.steps import PATIENCE_MS, close, open_with_card, prepare

CALLS: dict[Call, tuple[str, dict[str, object]]] = {
    Call.OPEN: ("receipt.open", {"operation": "sale"}),
    Call.SELECT: ("receipt.select", {}),
    Call.CARD: ("card.resolve", {"code": OTHER_CARD, "wait_ms": PATIENCE_MS}),
    Call.CLEAR_CARD: ("receipt.clear_card", {}),
    Call.LIMITS: ("receipt.limits", {"total": "1000.00", "wait_ms": PATIENCE_MS}),
    Call.REDEEM: ("receipt.redeem", {"points": "10", "wait_ms": PATIENCE_MS}),
    Call.CANCEL_REDEEM: ("receipt.cancel_redeem", {}),
    Call.PREPARE: ("receipt.prepare", {"total": "1000.00", "wait_ms": PATIENCE_MS}),
    Call.CLOSE: ("receipt.close", {"total": "1000.00", "wait_ms": PATIENCE_MS}),
    Call.CANCEL: ("receipt.cancel", {"wait_ms": PATIENCE_MS}),
}


async def _bring_into(cash: CashProgram, receipt_id: str, state: ReceiptState | None) -> None:
    if state is None:
        return
    await open_with_card(cash, receipt_id, CARD)
    await cash.call("receipt.limits", receipt_id=receipt_id, total="1000.00", wait_ms=PATIENCE_MS)
    if state is ReceiptState.PREPARED:
        await prepare(cash, receipt_id)
    elif state is ReceiptState.CLOSED:
        await close(cash, receipt_id)
    elif state is ReceiptState.CANCELLED:
        await cash.call("receipt.cancel", receipt_id=receipt_id, wait_ms=PATIENCE_MS)


async def _came_of(cash: CashProgram, receipt_id: str, call: Call) -> Any:  # noqa: ANN401 - a state or a code
    method, params = CALLS[call]
    try:
        await cash.call(method, receipt_id=receipt_id, **params)
    except Refusal as refusal:
        return refusal.code
    return (await cash.call("receipt.get", receipt_id=receipt_id))["state"]


@pytest.mark.parametrize("state", [None, *ReceiptState], ids=lambda state: state or "none")
async def test_any_call_in_any_state(cash: CashProgram, state: ReceiptState | None) -> None:
    for call in CALLS:
        receipt_id = f"{call}"
        await _bring_into(cash, receipt_id, state)
        verdict = TABLE[call, state]
        came = await _came_of(cash, receipt_id, call)
        if isinstance(verdict, type) and issubclass(verdict, DeskError):
            assert came == verdict.code, call
        else:
            assert came == (state if isinstance(verdict, Same) else verdict), call


def test_the_table_is_whole() -> None:
    assert set(TABLE) == {(call, state) for call in Call for state in (None, *ReceiptState)}


async def test_the_same_id_with_other_content_is_a_reuse(cash: CashProgram) -> None:
    for receipt_id, state in (("a", ReceiptState.OPEN), ("b", ReceiptState.PREPARED)):
        await _bring_into(cash, receipt_id, state)
        with pytest.raises(Refusal) as refusal:
            await cash.call("receipt.open", receipt_id=receipt_id, operation="refund")
        assert refusal.value.code == 1015
