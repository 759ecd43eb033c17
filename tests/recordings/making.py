"""Makes the recordings of this folder anew, from emulated tills: after a change of what a till says, on purpose.

    python -m tests.recordings.making [NAME ...]

Those of real devices are not made here; they come from `pos-bridge record` (docs/recordings.md).
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bridge import logs
from bridge.config.loading import load
from bridge.emulation.bench.bench import Bench
from bridge.emulation.bench.providers import Trouble
from bridge.emulation.bench.scanners import Shot
from bridge.emulation.replay.replaying import replay
from bridge.emulation.running import running
from bridge.recording.text import read
from tests.shop.client import CashProgram

FOLDER = Path(__file__).parent
ENVIRONMENT = {f"POS_BRIDGE_CREDENTIAL_{name}": "secret-of-the-shop" for name in ("KEY", "LOGIN", "PASSWORD")}
CARD = "2900000000018"
GOODS = "4600051000057"

TILL = """
[till]
store = "store-01"
store_name = "Магазин на Ленина"
name = "till-1"

[[card_formats]]
provider = "club"
prefix = "2900"
length = 13
check_digit = "ean13"
"""
CARD_FILE = """
[[providers]]
name = "club"
kind = "card-file"
path = "members.csv"
accrue_percent = 5
"""
MEMBERS = f"""card,holder,phone,balance,tier
{CARD},Мария Иванова,+79161234567,350,Золото
2900000000025,Пётр Сидоров,+79167654321,10,
"""
MAXMA = """
[[providers]]
name = "club"
kind = "maxma"
base_url = "https://api-test.maxma.com"
key = { credential = "key" }
timeout_ms = 30000
write_timeout_ms = 30000
"""
POLE = """
[[displays]]
name = "pole"
endpoint = "serial:///dev/pos/pole?baud=115200"
"""
RECEIPT = """
[[printers]]
name = "receipt"
endpoint = "serial:///dev/pos/receipt?baud=115200"
columns = 42
"""
COMMAND_SETS = ("epson", "cd5220", "dsp800", "aedex", "utc", "utc-enhanced", "logic-controls", "adm788", "ba63")
LINES = [
    {"text": "Магазин на Ленина", "bold": True, "align": "center"},
    {"left": "Хлеб", "right": "45,00"},
    {"divider": True},
    {"text": "ИТОГО 45,00 ₽", "double": True},
    {"qr": "https://example.org/чек"},
    {"cut": True},
]


@dataclass(frozen=True, slots=True)
class Scene:
    """A till and what happens at it."""

    config: str
    play: Callable[[CashProgram, Bench], Awaitable[None]]
    before: Callable[[CashProgram], Awaitable[object]] | None = None
    """What has happened before it is recorded."""


def scanner(endpoint: str) -> str:
    return f'[[scanners]]\nname = "front"\nendpoint = "{endpoint}"\nforward = "event"\n'


async def scan_all(cash: CashProgram, bench: Bench) -> None:
    """A card, goods, a card that nobody knows, and what a scanner sends that is no number."""
    await cash.call("events.subscribe", topics=["scan", "card"])
    for data in (CARD, GOODS, "2900000000032", "ABC-abc/123456"):
        await bench.scan("front", Shot(data))
        scan = await cash.event("scan", data=data)
        if scan["card"]:
            await cash.event("card", scan_id=scan["scan_id"])


async def scan_slowly(cash: CashProgram, bench: Bench) -> None:
    await cash.call("events.subscribe", topics=["scan"])
    await bench.scan("front", Shot(CARD, identifier="]E0", pause_ms=5))
    await cash.event("scan", data=CARD)
    await bench.scan("front", Shot(GOODS, ends=False))
    await cash.event("scan", data=GOODS)


async def show(cash: CashProgram, _bench: Bench) -> None:
    for rows in (["Хлеб", "45,00"], ["Хлеб «Бородинский»", "52,00"], ["ИТОГО", "97,00 ₽"]):
        for name in COMMAND_SETS:
            await cash.call("display.show", device=name, rows=rows)
        await asyncio.sleep(0.05)


async def pull_the_display(cash: CashProgram, bench: Bench) -> None:
    await cash.call("events.subscribe", topics=["device"])
    await cash.call("display.show", rows=["Хлеб", "45,00"])
    await asyncio.sleep(0.1)
    await bench.unplug("pole")
    await cash.event("device", state="absent")
    await cash.call("display.show", rows=["Молоко", "89,00"])
    await bench.plug("pole")
    await cash.event_that("device", lambda told: told["state"] == "online")
    await asyncio.sleep(0.2)


async def print_it(cash: CashProgram, bench: Bench, lines: Sequence[object] = LINES) -> None:
    """What became of it is asked for once it is long over: a job's state is told by no event."""
    job = await cash.call("printer.print", lines=lines)
    _, printer = bench.printer(None)
    await printer.until(lambda paper: "ИТОГО" in paper.as_text(42) or "И Т О Г О" in paper.as_text(42))
    await asyncio.sleep(0.7)
    await cash.call("printer.job", job_id=job["job_id"])


async def print_text(cash: CashProgram, bench: Bench) -> None:
    """On a printer that says nothing and knows no QR codes."""
    await print_it(cash, bench, LINES[:4])


async def run_out_of_paper(cash: CashProgram, bench: Bench) -> None:
    await cash.call("events.subscribe", topics=["device"])
    await bench.fault("receipt", "paper_out", is_on=True)
    await cash.event("device", state="paper_out")
    await cash.call("printer.print", lines=LINES)
    await bench.fault("receipt", "paper_out", is_on=False)
    await cash.event("device", state="online")
    await print_it(cash, bench)


async def sell(cash: CashProgram, bench: Bench) -> None:
    await cash.call("events.subscribe", topics=["card", "receipt"])
    await cash.call(
        "receipt.open", receipt_id="2026-118", operation="sale", cashier={"code": "7", "name": "Анна Петрова"}
    )
    await bench.scan("front", Shot(CARD))
    await cash.event("card")
    await cash.call("receipt.limits", receipt_id="2026-118", total="1000", wait_ms=10000)
    await cash.call("receipt.redeem", receipt_id="2026-118", points="100", wait_ms=10000)
    await cash.call("receipt.close", receipt_id="2026-118", total="1000", wait_ms=10000)
    await asyncio.sleep(0.3)


async def lose_a_reply(cash: CashProgram, bench: Bench) -> None:
    await cash.call("events.subscribe", topics=["receipt"])
    await cash.call("receipt.open", receipt_id="2026-119", operation="sale")
    await cash.call("card.resolve", code=CARD, receipt_id="2026-119")
    await bench.trouble("club", Trouble.LOST_REPLY, "set-purchase", 0)
    await cash.call("receipt.close", receipt_id="2026-119", total="1000", wait_ms=500)
    await bench.trouble("club", None, "*", 0)
    await settled(cash, "2026-119")


async def sell_offline(cash: CashProgram, bench: Bench) -> None:
    await cash.call("events.subscribe", topics=["receipt"])
    await cash.call("receipt.open", receipt_id="2026-120", operation="sale")
    await bench.trouble("club", Trouble.OFFLINE, "*", 0)
    await cash.ask("card.resolve", code=CARD, receipt_id="2026-120")
    await cash.call("receipt.close", receipt_id="2026-120", total="500", wait_ms=500)
    await bench.trouble("club", None, "*", 0)
    await settled(cash, "2026-120")


async def settled(cash: CashProgram, receipt_id: str) -> None:
    await cash.event_that(
        "receipt",
        lambda told: told["receipt_id"] == receipt_id and told["outcome"] and told["outcome"]["state"] == "done",
    )


async def until(cash: CashProgram, method: str, is_right: Callable[[Any], bool], **params: object) -> None:
    """As a cash program that is told of nothing: ask again and again."""
    for _ in range(200):
        if is_right(await cash.call(method, **params)):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{method} never answered what was wanted")


PATIENT = "timeout_ms = 30000\nwrite_timeout_ms = 30000\n"
"""A recording is played on busy machines, and what it shows is not how long somebody waits."""


def provider(kind: str, *needed: str) -> str:
    secrets = "\n".join(f'{name} = {{ credential = "{name}" }}' for name in needed)
    return (
        f'[[providers]]\nname = "club"\nkind = "{kind}"\nbase_url = "https://{kind}.example.org"\n{PATIENT}{secrets}\n'
    )


SERIAL_RECEIPT = "serial:///dev/pos/receipt?baud=115200"
FRONT = scanner("serial:///dev/pos/front")
WHOLE = FRONT + POLE + RECEIPT
SCENES = {
    "scanner-serial": Scene(FRONT + CARD_FILE, scan_all),
    "scanner-serial-slow": Scene(FRONT + "idle_gap_ms = 1000\n" + CARD_FILE, scan_slowly),
    "scanner-keyboard": Scene(scanner("input:///dev/input/front") + CARD_FILE, scan_all),
    "scanner-hid": Scene(scanner("hidraw:///dev/hidraw3") + CARD_FILE, scan_all),
    "displays": Scene(
        CARD_FILE + "".join(POLE.replace("pole", name) + f'command_set = "{name}"\n' for name in COMMAND_SETS),
        show,
    ),
    "display-in-use": Scene(
        POLE + CARD_FILE,
        lambda cash, _bench: cash.call("display.show", rows=["Спасибо за покупку!", "0,00"]),
        before=lambda cash: cash.call("display.show", rows=["Спасибо за покупку!", "97,00"]),
    ),
    "display-unplugged": Scene(POLE + CARD_FILE, pull_the_display),
    "printer-serial": Scene(RECEIPT + CARD_FILE, print_it),
    "printer-paper-out": Scene(RECEIPT + CARD_FILE, run_out_of_paper),
    "printer-network": Scene(RECEIPT.replace(SERIAL_RECEIPT, "tcp://192.0.2.7") + CARD_FILE, print_it),
    "printer-text": Scene(RECEIPT.replace("columns = 42", 'profile = "text-58"') + CARD_FILE, print_text),
    "card-file": Scene(WHOLE + CARD_FILE, sell),
    "maxma": Scene(WHOLE + MAXMA, sell),
    "maxma-lost-reply": Scene(MAXMA, lose_a_reply),
    "maxma-offline": Scene(MAXMA, sell_offline),
    "locards": Scene(WHOLE + provider("locards", "key"), sell),
    "cardlab": Scene(WHOLE + provider("cardlab", "login", "password"), sell),
}


async def make(name: str) -> None:
    """NAME.rec, and NAME.txt with what a replay of it answers."""
    scene = SCENES[name]
    with tempfile.TemporaryDirectory() as folder:
        text = await _recorded(scene, Path(folder))
    file = FOLDER / f"{name}.rec"
    file.write_text(text, "utf-8")
    replayed = await replay(read(text.encode()), file)
    for line in replayed.differences:
        click.echo(f"{name}: {line}")
    (FOLDER / f"{name}.txt").write_text("".join(f"{line}\n" for line in replayed.answers), "utf-8")


async def _recorded(scene: Scene, folder: Path) -> str:
    config = folder / "till.toml"
    config.write_text(TILL + scene.config, "utf-8")
    (folder / "members.csv").write_text(MEMBERS, "utf-8")
    (folder / "till").mkdir()
    async with running(load(config, ENVIRONMENT), folder / "till") as till:
        socket = till.config.socket.path
        async with await CashProgram.connect(socket) as recorder, await CashProgram.connect(socket) as cash:
            await _all_open(cash)
            if scene.before is not None:
                await scene.before(cash)
                await asyncio.sleep(0.3)
            await recorder.call("recording.start", for_s=60)
            await scene.play(cash, till.bench)
            await recorder.call("recording.stop")
            piece = await recorder.call("recording.read")
            text = str(piece["text"])
            while piece["next"] is not None:
                piece = await recorder.call("recording.read", offset=piece["next"])
                text += piece["text"]
            return text


async def _all_open(cash: CashProgram) -> None:
    await until(cash, "device.list", lambda told: all(device["state"] != "absent" for device in told["devices"]))
    await asyncio.sleep(0.5)  # what a driver says to a device that it has just opened is not of the scene


def main(names: Sequence[str]) -> None:
    logs.configure("error")
    for name in names or SCENES:
        click.echo(name)
        asyncio.run(make(name))


if __name__ == "__main__":
    main(sys.argv[1:])
