"""A provider's adapter fails as nobody foresaw: one line in the log, and the sale goes on as without an answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from bridge.daemon.supervisor import Supervisor
from bridge.desk.answering import asked
from bridge.providers.maxma import MaxmaProvider
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, open_with_card, refused_with


@contextmanager
def breaking(monkeypatch: pytest.MonkeyPatch, lookup: str) -> Iterator[list[str]]:
    """Meanwhile this lookup fails. At the end: which tasks were logged as failed, and what the loop had to say of
    what no task has raised."""

    async def fails(*_asked: object) -> None:
        raise RuntimeError("nobody foresaw this")

    told: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: told.append(context["message"]))
    with monkeypatch.context() as patched, capture_logs() as lines:
        patched.setattr(MaxmaProvider, lookup, fails)
        yield told
    loop.set_exception_handler(None)
    told += [line.get("task", line["event"]) for line in lines if line["log_level"] == "error"]


async def test_a_lookup_for_a_scan(shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    with breaking(monkeypatch, "find") as defects:
        await shop.scanner.scan(CARD)
        assert (await cash.event("card"))["error"]["data"]["kind"] == "provider_unavailable"
        await shop.display.until(lambda rows: rows[0].rstrip() == "Карта принята")
    assert defects == ["lookup"]
    assert (await close(cash, "R-1"))["state"] == "done"
    assert [purchase.client.card for purchase in bought(shop)] == [CARD]


async def test_a_lookup_for_a_call(cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    with breaking(monkeypatch, "find") as defects:
        await refused_with(1003, cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS))
    assert defects == ["lookup"]


async def test_a_preview(cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its failure is told, to whoever waits and to whoever asks again, and then it is asked for anew."""

    async def reasons() -> list[str]:
        limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
        return [reason["code"] for reason in limits["reasons"]]

    await open_with_card(cash, "R-1")
    with breaking(monkeypatch, "quote") as defects:
        assert [await reasons() for _ in range(2)] == [["offline"], ["offline"]]
    assert defects == ["quote"]
    assert "offline" not in await reasons()


async def test_a_question_that_a_stop_cuts_off_has_no_answer() -> None:
    supervisor, never = Supervisor(), asyncio.Event()
    answer = asked(supervisor.spawn, "lookup", never.wait, lambda: True)
    await asyncio.sleep(0)  # it has begun
    await supervisor.stop()
    assert answer.cancelled()
