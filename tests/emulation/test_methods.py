"""`emulation.*` on a whole till in this process: hands and eyes for whoever has no hardware."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from bridge.config.model import Config, Scanner
from bridge.config.values import Endpoint, Forward
from bridge.emulation.methods.table import EMULATION_METHODS
from bridge.emulation.running import running
from bridge.emulation.till import emulatable
from bridge.pos.async_client import AsyncClient
from bridge.pos.client import CallError

CARD = "2900000000018"
GOODS = "4600051000057"


class Desk:
    """A client of the emulated till, with its events."""

    def __init__(self, client: AsyncClient, events: AsyncIterator[dict[str, Any]]) -> None:
        self.call = client.call
        self._events = events

    async def event(self, topic: str, **data: object) -> dict[str, Any]:
        """The next event of this topic whose data hold these."""
        async for event in self._events:
            told: dict[str, Any] = event["data"]
            if event["topic"] == topic and data.items() <= told.items():
                return told
        raise AssertionError("no more events")

    async def online(self, name: str) -> None:
        """Until this device is."""
        devices = (await self.call("device.list"))["devices"]
        if not any((device["name"], device["state"]) == (name, "online") for device in devices):
            await self.event("device", name=name, state="online")

    async def refused(self, method: str, **params: object) -> CallError:
        with pytest.raises(CallError) as refusal:
            await self.call(method, **params)
        return refusal.value


def config() -> Config:
    """The till of `make emulate`, and a HID-POS scanner."""
    till = emulatable(None)
    third = Scanner(name="third", endpoint=Endpoint("hidraw:///dev/pos/third"), forward=Forward("event"))
    return msgspec.structs.replace(till, scanners=(*till.scanners, third))


@pytest.fixture
async def desk(socket_dir: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(running(config(), socket_dir))
        client = await stack.enter_async_context(AsyncClient(str(made.config.socket.path)))
        desk = Desk(client, await client.subscribe(["scan", "card", "device", "provider"]))
        for name in ("front", "hand", "third", "pole"):
            await desk.online(name)
        yield desk


@pytest.mark.parametrize("device", ["front", "hand", "third"])
async def test_each_kind_of_scanner_scans_what_it_is_told(desk: Desk, device: str) -> None:
    await desk.call("emulation.scan", device=device, data=GOODS)
    assert (await desk.event("scan"))["data"] == GOODS
    await desk.call("emulation.scan", device=device, data=CARD)
    told = await desk.event("scan", device=device)
    assert (told["card"], (await desk.event("card"))["balance"]) == (CARD, "350.00")


async def test_without_a_name_the_first_scanner_is_taken(desk: Desk) -> None:
    await desk.call("emulation.scan", data=GOODS, identifier="]E0")
    told = await desk.event("scan")
    assert (told["device"], told["data"], told["symbology"]) == ("front", GOODS, "EAN-13")


async def test_a_scan_without_a_terminator_is_ended_by_silence(desk: Desk) -> None:
    await desk.call("emulation.scan", data=GOODS, ends=False)
    assert (await desk.event("scan"))["data"] == GOODS


@pytest.mark.parametrize("device", ["front", "hand", "third", "pole", "receipt"])
async def test_a_cable_is_pulled_and_put_in_again(desk: Desk, device: str) -> None:
    for _ in range(2):
        await desk.call("emulation.unplug", device=device)
        await desk.event("device", name=device, state="absent")
        await desk.call("emulation.plug", device=device, renumbered=True)
        await desk.event("device", name=device, state="online")


async def test_an_unplugged_scanner_scans_nothing(desk: Desk) -> None:
    await desk.call("emulation.unplug", device="front")
    await desk.event("device", name="front", state="absent")
    refusal = await desk.refused("emulation.scan", device="front", data=GOODS)
    assert refusal.code == 1008


async def test_the_screen_is_what_the_display_was_sent(desk: Desk) -> None:
    await desk.call("display.show", rows=["Привет", "мир"])
    rows = await _until(desk, "emulation.screen", lambda told: told["rows"][0].strip() == "Привет")
    assert (rows["rows"][1], rows["unknown"], rows["dark"]) == (f"{'мир':20}", 0, False)


async def test_a_display_that_lost_its_power_is_empty(desk: Desk) -> None:
    await desk.call("display.show", rows=["Привет", "мир"])
    await _until(desk, "emulation.screen", lambda told: told["rows"][1].strip() == "мир")
    await desk.call("emulation.fault", device="pole", fault="power_cut")
    assert (await desk.call("emulation.screen"))["rows"] == [" " * 20] * 2


async def test_the_paper_shows_what_was_printed(desk: Desk) -> None:
    lines = [{"text": "ИТОГО", "bold": True, "double": True, "align": "center"}, {"qr": "https://q.invalid/1"}]
    await desk.call("printer.print", lines=[*lines, {"cut": True}])
    paper = await _until(desk, "emulation.paper", lambda told: told["pages"] and told["pages"][0]["cut"])
    items = paper["pages"][0]["items"]
    assert {"text": "ИТОГО", "symbol": None, "bold": True, "double": True, "align": "center"} in items
    assert [item["text"] for item in items if item["symbol"] == "QR"] == ["https://q.invalid/1"]
    assert (paper["columns"], paper["unknown"]) == (42, 0)


async def test_the_printer_has_no_paper_in_mid_job_and_then_it_has(desk: Desk) -> None:
    await desk.call("emulation.fault", device="receipt", fault="paper_out", after_lines=2)
    job = await desk.call("printer.print", lines=[{"text": f"{number}"} for number in range(5)])
    await desk.event("device", name="receipt", state="paper_out")
    await desk.call("emulation.fault", device="receipt", fault="paper_out", on=False)
    await desk.event("device", name="receipt", state="online")
    await _until(desk, "printer.job", lambda told: told["state"] == "printed", job_id=job["job_id"])


@pytest.mark.parametrize(("fault", "state"), [("cover_open", "cover_open"), ("off", "unknown"), ("mute", "unknown")])
async def test_a_printer_says_what_is_wrong_or_nothing(desk: Desk, fault: str, state: str) -> None:
    await desk.online("receipt")
    await desk.call("emulation.fault", device="receipt", fault=fault)
    await desk.call("printer.print", lines=[{"text": "Проба"}])
    await desk.event("device", name="receipt", state=state)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"device": "pole", "fault": "paper_out"}, -32602),
        ({"device": "front", "fault": "jam"}, -32602),
        ({"device": "nobody", "fault": "jam"}, -32602),
        ({"device": "receipt", "fault": "tired"}, -32602),
        ({"device": "receipt", "fault": "jam", "after_lines": 1}, -32602),
    ],
)
async def test_a_fault_that_a_device_cannot_have_is_refused(desk: Desk, params: dict[str, Any], code: int) -> None:
    assert (await desk.refused("emulation.fault", **params)).code == code


@pytest.mark.parametrize("fault", ["offline", "500"])
async def test_a_provider_has_trouble_until_it_has_none(desk: Desk, fault: str) -> None:
    assert (await desk.call("emulation.provider", fault=fault))["fault"] == fault
    refusal = await desk.refused("card.resolve", code=CARD, wait_ms=300)
    assert refusal.code == 1003
    assert (await desk.call("emulation.provider", fault="none"))["fault"] is None
    card = await _until(desk, "card.resolve", lambda told: told["balance"] == "350.00", code=CARD)
    assert card["source"] == "online"


async def test_a_lost_reply_is_asked_about(desk: Desk) -> None:
    await desk.call("receipt.open", receipt_id="1", operation="sale")
    await desk.call("card.resolve", code=CARD, receipt_id="1")
    await desk.call("emulation.provider", fault="lost_reply", method="set-purchase")
    outcome = await desk.call("receipt.close", receipt_id="1", total="1000.00", wait_ms=100)
    assert outcome["state"] in {"queued", "unknown"}
    await desk.call("emulation.provider", fault="none")
    provider = await _until(desk, "emulation.provider", lambda told: told["members"][0]["points"] == "400.00")
    asked = {row["path"]: row["times"] for row in provider["asked"]}
    assert asked["/set-purchase"] >= 1


async def test_what_is_not_there_is_refused(desk: Desk) -> None:
    for method, params in {
        "emulation.scan": {"device": "pole", "data": GOODS},
        "emulation.unplug": {"device": "nobody"},
        "emulation.screen": {"device": "receipt"},
        "emulation.paper": {"device": "pole"},
        "emulation.provider": {"provider": "nobody"},
    }.items():
        assert (await desk.refused(method, **params)).code == -32602


async def test_what_no_key_types_is_refused(desk: Desk) -> None:
    assert (await desk.refused("emulation.scan", device="hand", data="ж")).code == -32602


async def test_the_till_says_that_it_is_emulated_and_describes_the_methods(desk: Desk) -> None:
    assert (await desk.call("bridge.status"))["emulated"] is True
    document = await desk.call("rpc.discover")
    described = {method["name"]: method for method in document["methods"]}
    for name, row in EMULATION_METHODS.items():
        schema = {**described[name]["result"]["schema"], "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(row.example.result)


async def _until(desk: Desk, method: str, is_right: Any, **params: object) -> Any:  # noqa: ANN401 - JSON
    """Ask until the answer is right: a device has no event for each byte that it got."""
    async with asyncio.timeout(10):
        while True:
            try:
                told = await desk.call(method, **params)
            except CallError:
                told = None
            if told is not None and is_right(told):
                return told
