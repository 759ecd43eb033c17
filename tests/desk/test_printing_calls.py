"""printer.* and drawer.open at a whole till, as a cash program calls them."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.pos.jsonrpc import INVALID_PARAMS
from tests.shop.client import CashProgram, Refusal
from tests.shop.shop import Shop
from tests.shop.test_printing import job_in, online, texts

LINES = ["строка 1", {"left": "Остаток", "right": "418.00"}, {"barcode": {"data": "4601234567893", "type": "EAN13"}}]


async def test_a_request_id_prints_once_and_only_what_it_was_given_for(shop: Shop, cash: CashProgram) -> None:
    first = await cash.call("printer.print", lines=LINES, request_id="118/bonus")
    assert (await cash.call("printer.print", lines=LINES, request_id="118/bonus"))["job_id"] == first["job_id"]
    for other in ({"lines": ["строка 2"]}, {"lines": [*LINES, {"cut": True}]}):
        with pytest.raises(Refusal, match=f"job {first['job_id']} was made of it with other lines") as caught:
            await cash.call("printer.print", request_id="118/bonus", **other)
        assert caught.value.code == INVALID_PARAMS
    second = await cash.call("printer.print", lines=["строка 2"], request_id="118/other")
    for job in (first, second):
        assert (await job_in(cash, job["job_id"]))["state"] == "printed"
    assert [page[0] for page in texts(shop.printer.paper)] == ["строка 1", "строка 2"]


async def test_no_request_id_of_a_client_is_taken_for_the_bridge_s_own(shop: Shop, cash: CashProgram) -> None:
    await cash.call("printer.print", lines=["строка 1"], request_id="close:118")
    await cash.call("receipt.open", receipt_id="118", operation="sale")
    await cash.call("card.resolve", code="2900000000018", receipt_id="118")
    closed = await cash.call("receipt.close", receipt_id="118", total="100.00", wait_ms=5000)
    assert (await job_in(cash, closed["job_id"]))["state"] == "printed"
    assert len(shop.printer.paper.pages) == 2


async def test_what_is_not_printed_stays_listed(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    await shop.printer.change(paper_out=True)
    await cash.event("device", name="receipt", state="paper_out")
    job = await cash.call("printer.print", lines=LINES)
    (listed,) = (await cash.call("printer.jobs", state="queued"))["jobs"]
    assert (listed["job_id"], listed["device"], listed["is_repeat"]) == (job["job_id"], "receipt", False)
    assert (await cash.call("printer.jobs", state="failed"))["jobs"] == []
    assert (await cash.call("printer.jobs", limit=1))["jobs"][0]["created_at"] == listed["created_at"]


@pytest.mark.parametrize(
    ("params", "code", "what"),
    [
        ({"lines": ["x"], "device": "other"}, 1008, "no printer 'other'"),
        ({"lines": [{"barcode": {"data": "4601234567890", "type": "EAN13"}}]}, INVALID_PARAMS, "check digit"),
        ({"lines": [{"barcode": {"data": "46012345678x3", "type": "EAN13"}}]}, INVALID_PARAMS, "12 or 13 digits"),
        ({"lines": [{"qr": "x" * 2400}]}, INVALID_PARAMS, "holds 1 to 2331 bytes"),
        ({"lines": [{"qr": "open\x10\x14\x01\x00\x01"}]}, INVALID_PARAMS, "control characters"),
        ({"lines": [{"text": "\n" * 6000}]}, INVALID_PARAMS, "more than 5000 lines"),
    ],
)
async def test_what_cannot_be_printed_is_refused_with_its_reason(
    cash: CashProgram, params: dict[str, Any], code: int, what: str
) -> None:
    with pytest.raises(Refusal, match=what) as caught:
        await cash.call("printer.print", **params)
    assert caught.value.code == code
    assert (await cash.call("printer.jobs"))["jobs"] == []


async def test_long_papers_and_2_kb_of_qr_are_printed(shop: Shop, cash: CashProgram) -> None:
    lines = [{"qr": "0123456789abcdef" * 128}, *[f"строка {number}" for number in range(1000)], "слово " * 1000]
    job = await cash.call("printer.print", lines=lines)
    assert (await job_in(cash, job["job_id"]))["state"] == "printed"
    (page,) = shop.printer.paper.pages
    assert len(page.lines) == 1000 + 125
    assert [len(symbol.data) for symbol in page.symbols] == [2048]


async def test_the_drawer_opens_and_the_log_says_who_did_it(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    with capture_logs() as logs:
        assert await cash.call("drawer.open", pin=5) == {}
    (line,) = (each for each in logs if each["event"] == "drawer_opened")
    assert (line["device"], line["pin"]) == ("receipt", 5)
    assert {"uid", "pid"} <= line.keys()
    await shop.printer.until(lambda paper: paper.drawer_pulses == 1)


async def test_a_drawer_that_cannot_be_opened_now_is_refused(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    await shop.printer.unplug()
    await cash.event("device", name="receipt", state="absent")
    with capture_logs() as logs, pytest.raises(Refusal) as caught:
        await cash.call("drawer.open")
    assert caught.value.code == 1008
    (line,) = (each for each in logs if each["event"] == "drawer_not_opened")
    assert line["reason"] == "printer receipt is away"
    await shop.printer.plug()
    await online(cash)
    job = await cash.call("printer.print", lines=["строка 1"])
    await job_in(cash, job["job_id"])
    assert shop.printer.paper.drawer_pulses == 0
