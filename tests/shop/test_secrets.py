"""A day at the till, with everything that goes wrong: no card, phone, name, key or token stands where others read."""

import json
import resource
from pathlib import Path

from bridge.emulation.maxma import KEY, Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import BLOCKED_CARD, CARD, HTTP_TOKEN, MEMBERS, OTHER_CARD, UNKNOWN_CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, close, final, open_with_card, redeem, refused_with, sell

CASHIER = "Петрова Анна"
PHONE = "+79161234567"


async def _a_day(shop: Shop, cash: CashProgram) -> None:
    await shop.scanner.scan(CARD)
    await cash.event("card", card=CARD)
    await sell(cash, "R-1", points="50")
    await open_with_card(cash, "R-2", cashier={"code": "7", "name": CASHIER})
    shop.provider.fault("*", Fault(FaultKind.STATUS, times=3))
    assert (await close(cash, "R-2", wait_ms=0))["state"] == "queued"
    await final(cash, "R-2")
    await refused_with(1001, cash.call("card.resolve", code=UNKNOWN_CARD, wait_ms=PATIENCE_MS))
    await open_with_card(cash, "R-3", BLOCKED_CARD)
    await cash.call("receipt.limits", receipt_id="R-3", total="1000.00")
    await refused_with(1002, cash.call("receipt.redeem", receipt_id="R-3", points="1", wait_ms=PATIENCE_MS))
    await cash.call("card.resolve", phone=PHONE, wait_ms=PATIENCE_MS)
    shop.provider.fault("*", Fault(FaultKind.GARBAGE))
    await refused_with(1003, cash.call("card.resolve", code=OTHER_CARD, wait_ms=PATIENCE_MS))
    await shop.scanner.scan("4000001234567899")  # a payment card, held under the wrong reader
    await open_with_card(cash, "R-4", OTHER_CARD)
    await redeem(cash, "R-4", "100")
    shop.provider.fault("set-purchase", Fault(FaultKind.REFUSAL))
    await close(cash, "R-4")


def _command_line(process_id: int) -> str:
    return Path(f"/proc/{process_id}/cmdline").read_text("utf-8")


async def test_a_crash_leaves_no_memory_on_the_disk(socket_dir: Path) -> None:
    """Cards and keys are in it. 1: the kernel neither writes a file nor hands it to a handler of such files."""
    async with open_shop(socket_dir) as shop:
        shop.launcher = ("/bin/sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh")
        await shop.start()
        assert shop.process
        soft, hard = resource.prlimit(shop.process.pid, resource.RLIMIT_CORE)
        assert max(soft, hard) <= 1
        assert resource.RLIM_INFINITY not in {soft, hard}


async def test_what_others_read_names_nobody(shop: Shop, cash: CashProgram) -> None:
    await _a_day(shop, cash)
    assert shop.process
    command_line = _command_line(shop.process.pid)
    told = json.dumps(shop.log, ensure_ascii=False)
    assert len(shop.log) > 20
    secrets = [KEY, HTTP_TOKEN, CASHIER, "Петрова", "4000001234567899", UNKNOWN_CARD]
    secrets += [text for member in MEMBERS for text in (member.card, member.phone, member.phone[1:]) if text]
    for secret in secrets:
        assert secret not in told
        assert secret not in command_line
