"""The emulated MAXMA by its own wire, without our adapter: what it takes, what it refuses, how it reckons."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator, RepeatedSet, Rules
from bridge.emulation.maxma.rules import Row, calculate, part_of, share_out

ROW = {"product": {"sku": "1", "title": "Чай", "blackPrice": 1000}, "qty": 1}
QUERY = {
    "client": {"card": "0017"},
    "shop": {"code": "s", "name": "S"},
    "rows": [ROW],
    "applyBonuses": 100,
}


@pytest.fixture
async def emulator() -> AsyncIterator[MaxmaEmulator]:
    async with MaxmaEmulator([EmulatedClient("0017", "+79161234567", bonuses=500)]) as running:
        yield running


async def post(emulator: MaxmaEmulator, method: str, body: dict[str, Any], key: str = KEY) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(f"{emulator.base_url}/{method}", json=body, headers={"X-Processing-Key": key})
    read: dict[str, Any] = reply.json() if reply.status_code == 200 else {"status": reply.status_code}
    return read


async def test_balance_as_documented(emulator: MaxmaEmulator) -> None:
    reply = await post(emulator, "get-balance", {"card": "0017"})

    assert (reply["client"]["card"], reply["client"]["cardString"]) == (17, "0017")
    assert reply["client"]["bonuses"] == 500


async def test_key_and_method_are_checked(emulator: MaxmaEmulator) -> None:
    assert await post(emulator, "get-balance", {"card": "0017"}, key="x") == {"status": 401}
    assert await post(emulator, "get-everything", {}) == {"status": 404}


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("get-balance", {"card": 17}, 2),
        ("get-balance", {"cart": "0017"}, 2),
        ("get-balance", {"card": "1"}, 3),
        ("set-purchase", {"txid": "1", "calculationQuery": {**QUERY, "applyBonuses": 1.5}}, 2),
        ("set-purchase", {"txid": "1", "calculationQuery": {**QUERY, "applyBonuses": 501}}, 6),
        ("set-purchase", {"txid": "1", "calculationQuery": {**QUERY, "applyBonuses": -1}}, 6),
        ("set-purchase", {"txid": "1", "calculationQuery": {**QUERY, "rows": []}}, 18),
        ("confirm-ticket", {"txid": "1", "ticket": "T1"}, 21),
    ],
)
async def test_refusals(emulator: MaxmaEmulator, method: str, body: dict[str, Any], code: int) -> None:
    assert (await post(emulator, method, body))["errorCode"] == code
    emulator.ledger.check()


async def test_sale_in_two_phases(emulator: MaxmaEmulator) -> None:
    held = await post(emulator, "set-purchase", {"txid": "1", "calculationQuery": QUERY})
    assert held["clientBonuses"] == {"available": 400, "pending": 0, "reserved": 100, "total": 500}
    ticket = {"txid": "1", "ticket": held["ticket"]}

    assert await post(emulator, "confirm-ticket", ticket) == {}

    assert (await post(emulator, "confirm-ticket", ticket))["errorCode"] == 17
    assert (await post(emulator, "discard-ticket", ticket))["errorCode"] == 17
    history = await post(emulator, "get-purchase-history", {"client": {"card": "0017"}})
    assert [item["txid"] for item in history["history"]] == ["1"]
    bonuses = await post(emulator, "get-bonus-history", {"client": {"card": "0017"}})
    assert [(item["amount"], item["operation"]) for item in bonuses["history"]] == [
        (45, "OPERATION_COLLECTED"),
        (-100, "OPERATION_APPLIED"),
    ]


@pytest.mark.parametrize(("repeat", "code"), [(RepeatedSet.TICKET, None), (RepeatedSet.ALREADY_PROCESSED, 17)])
async def test_repeated_set_is_a_switch(repeat: RepeatedSet, code: int | None) -> None:
    async with MaxmaEmulator([EmulatedClient("0017", bonuses=500)], repeat_set=repeat) as emulator:
        body = {"txid": "1", "calculationQuery": QUERY}
        first = await post(emulator, "set-purchase", body)
        second = await post(emulator, "set-purchase", body)

    assert second.get("errorCode") == code
    assert second.get("ticket") == (first["ticket"] if code is None else None)
    assert len(emulator.ledger.purchases) == 1


async def test_articles_come_back_once(emulator: MaxmaEmulator) -> None:
    """Error 10 for one that was not bought, and for more of one than is left."""
    rows = [{**ROW, "qty": 2}, {"product": {"sku": "2", "title": "Кофе", "blackPrice": 500}, "qty": 1}]
    ticket = (await post(emulator, "set-purchase", {"txid": "s", "calculationQuery": {**QUERY, "rows": rows}}))[
        "ticket"
    ]
    await post(emulator, "confirm-ticket", {"txid": "s", "ticket": ticket, "receiptNum": "118"})

    async def returned(name: str, *items: tuple[str, int]) -> int | None:
        body = {
            "card": "0017",
            "id": name,
            "executedAt": "2026-03-08T12:00:00+00:00",
            "purchaseId": "s",
            "shopCode": "s",
            "shopName": "S",
            "refundAmount": 100,
            "items": [{"sku": sku, "itemCount": count} for sku, count in items],
        }
        return (await post(emulator, "apply-return", {"transaction": body})).get("errorCode")

    assert await returned("r-1", ("1", 1), ("2", 1)) is None
    assert await returned("r-2", ("2", 1)) == 10
    assert await returned("r-3", ("3", 1)) == 10
    assert await returned("r-4", ("1", 2)) == 10
    assert await returned("r-5", ("1", 1)) is None
    history = await post(emulator, "get-purchase-history", {"client": {"card": "0017"}})
    assert history["history"][0]["receiptId"] == "118"


async def test_confirmation_codes(emulator: MaxmaEmulator) -> None:
    replies = [await post(emulator, "send-confirmation-code", {"card": "0017"}) for _ in range(6)]
    codes = [reply["code"] for reply in replies[:5]]
    assert codes == emulator.codes("0017")
    assert len(set(codes)) == 5
    assert all(len(code) == 3 and code.isdigit() for code in codes)
    assert replies[5]["errorCode"] == 28


async def test_anonymous_sale_has_no_points(emulator: MaxmaEmulator) -> None:
    query = {key: value for key, value in QUERY.items() if key not in {"client", "applyBonuses"}}
    reply = await post(emulator, "v2/calculate-purchase", {"calculationQuery": query})
    assert "bonuses" not in reply["calculationResult"]


ROWS = st.lists(
    st.builds(
        Row,
        gross=st.integers(100, 100_000).map(lambda kopecks: Decimal(kopecks) / 100),
        floor=st.sampled_from([Decimal(0), Decimal("0.99")]),
        may_apply=st.booleans(),
        may_collect=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(rows=ROWS, available=st.integers(0, 2000), apply=st.none() | st.integers(0, 2000))
def test_reckoning(rows: list[Row], available: int, apply: int | None) -> None:
    made = calculate(rows, Rules(), available, apply)

    assert made.applied <= made.max_to_apply <= available
    assert made.applied in {0, made.max_to_apply if apply is None else apply}
    assert made.too_much is (apply is not None and apply > made.max_to_apply)
    for result in made.rows:
        assert 0 <= result.applied <= result.row.price - result.row.floor
        assert result.collected == 0 or result.row.may_collect


def test_shares_of_nothing() -> None:
    assert share_out(0, [0, 0]) == [0, 0]
    assert share_out(10, [1, 0, 2]) == [3, 0, 7]
    assert part_of(100, Decimal(1), Decimal(0)) == 100


async def test_runs_by_itself() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge.emulation.maxma", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    base_url, *_ = (await process.stdout.readline()).decode().split()
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(
            f"{base_url}/get-balance",
            content=json.dumps({"card": "2900000000018"}),
            headers={"X-Processing-Key": KEY},
        )
    assert reply.json()["client"]["bonuses"] == 350

    process.send_signal(signal.SIGINT)

    assert await process.wait() == 0
