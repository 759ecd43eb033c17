"""The plug is pulled in mid-exchange: the same again does what is left, and nothing twice."""

import json
from collections import Counter

from tests.shop.client import CashProgram
from tests.shop.shop import Shop

CARDS = 60


def rows(begin: int, end: int) -> list[dict[str, object]]:
    return [
        {"line": number + 2, "card": f"2900{number:09}", "holder": "Ёлкина Анна", "phone": f"+7999{number:07}"}
        for number in range(begin, end)
    ]


async def test_an_export_that_was_killed_goes_on(shop: Shop, cash: CashProgram) -> None:
    begun = await cash.call("sync.run", direction="export", rows=rows(0, 30), more=True)
    run_id = begun["runs"][0]["run_id"]
    while (told := await cash.call("sync.status", run_id=run_id))["run"]["seen"] < 30:
        pass
    assert told["run"]["state"] == "running"
    await cash.call("sync.run", run_id=run_id, rows=rows(30, 40), more=True)
    await shop.kill()
    await cash.closed()
    killed_at = len(shop.provider.calls("new-client"))
    assert 28 <= killed_at <= 38, "two of them the provider had before"

    await shop.start()
    async with await shop.cash_program() as again:
        begun = await again.call("sync.run", direction="export", rows=rows(0, CARDS))
        run_id = begun["runs"][0]["run_id"]
        run = (await again.call("sync.status", run_id=run_id, wait_ms=10_000))["run"]
    assert (run["state"], run["new"] + run["known"], run["refused"]) == ("done", CARDS, 0)
    made = Counter(client.card for client in shop.provider.ledger.clients)
    assert all(made[f"2900{number:09}"] == 1 for number in range(CARDS))
    asked = Counter(json.loads(call.body).get("card") for call in shop.provider.calls("get-balance"))
    assert all(asked[f"2900{number:09}"] == 1 for number in range(30)), "what was remembered is not asked about again"
