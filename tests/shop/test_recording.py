"""`pos-bridge record` at a whole shop, and `pos-bridge replay` of what it wrote, as processes."""

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from tests.shop.client import CashProgram, Refusal
from tests.shop.shop import CARD, GOODS, Shop, open_shop

WITHIN_S = 100.0
WHO = "Мария"


async def command(*arguments: str) -> tuple[int | None, str, str]:
    """Exit code, stdout and stderr of `pos-bridge ...`."""
    process = await started(*arguments)
    async with asyncio.timeout(WITHIN_S):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def started(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


async def sell(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="118", operation="sale", cashier={"code": "7", "name": WHO})
    await shop.scanner.scan(GOODS)
    await shop.scanner.scan(CARD)
    await cash.event("card")
    outcome = await cash.call("receipt.close", receipt_id="118", total="1000", wait_ms=10000)
    assert outcome["state"] == "done"
    # The paper may be seen before the daemon has noted that it wrote it: then that is in no recording.
    await shop.logged("print_job_ended", state="printed")


async def recorded(shop: Shop, cash: CashProgram, file: Path) -> None:
    """A sale, recorded into `file`."""
    await shop.logged("device_state", device="receipt", state="online")
    socket = str(shop.folder / "pos.sock")
    recording = await started("record", "-o", str(file), "--socket", socket)
    assert recording.stderr is not None
    assert b"Ctrl-C ends it" in await recording.stderr.readline()
    await sell(shop, cash)
    recording.send_signal(signal.SIGINT)
    async with asyncio.timeout(WITHIN_S):
        _, err = await recording.communicate()
    assert recording.returncode == 0, err.decode()
    assert b" entries" in err


async def test_a_sale_is_recorded_and_comes_out_as_it_did(socket_dir: Path) -> None:
    file = socket_dir / "sale.rec"
    async with open_shop(socket_dir) as shop:
        shop.timeout_ms = shop.write_timeout_ms = 30_000  # of the replay, too: on a busy machine nothing is late
        await shop.start()
        async with await shop.cash_program("scan", "card", "receipt") as cash:
            await recorded(shop, cash, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    for gone in (CARD, GOODS, "9161234567", WHO, shop.provider.key):
        assert gone not in text
    for place in ("device/front read", "device/pole wrote", "device/receipt wrote", "provider/club asked", "client/"):
        assert place in text
    code, out, err = await command("replay", str(file))
    assert (code, out) == (0, ""), out
    assert err == f"{file}: no differences\n"


async def test_where_it_comes_out_otherwise_is_said(socket_dir: Path) -> None:
    """The shop's own complaint: the paper said 60 and the books say 50."""
    file = socket_dir / "sale.rec"
    async with open_shop(socket_dir) as shop:
        shop.timeout_ms = shop.write_timeout_ms = 30_000  # of the replay, too: on a busy machine nothing is late
        await shop.start()
        async with await shop.cash_program("receipt", "card") as cash:
            await recorded(shop, cash, file)
    text = file.read_text("utf-8")
    assert '"accrued":"50.00"' in text
    file.write_text(text.replace('"accrued":"50.00"', '"accrued":"60.00"'), "utf-8")
    code, out, err = await command("replay", str(file), "--answers")
    assert code == 1
    assert 'accrued: recorded "60.00", replayed "50.00"' in out
    assert "│Начислено" in out
    assert "differences" in err


async def test_only_administrators_record_and_one_at_a_time(shop: Shop, cash: CashProgram) -> None:
    await cash.call("recording.start", for_s=60)
    with pytest.raises(Refusal) as caught:
        await cash.call("recording.start", for_s=60)
    assert caught.value.code == 1010
    end = await cash.call("recording.stop")
    piece = await cash.call("recording.read")
    assert (len(piece["text"]), piece["next"]) == (end["characters"], None)
    with pytest.raises(Refusal) as caught:
        await cash.call("recording.read")
    assert caught.value.code == -32602


async def test_what_cannot_be_recorded_or_replayed_is_told_on_one_line(socket_dir: Path) -> None:
    there = socket_dir / "there.rec"
    there.write_text("pos-bridge-recording 1\ntill {}\nend 0 0.000\n")
    for arguments, code, says in (
        (("record", "-o", str(there), "--socket", str(socket_dir / "none.sock")), 2, "there.rec: File exists"),
        (
            ("record", "-o", str(socket_dir / "new.rec"), "--socket", str(socket_dir / "none.sock")),
            3,
            "cannot be reached",
        ),
        (("replay", str(socket_dir / "none.rec")), 2, "none.rec: No such file"),
        (("replay", __file__), 2, "is no recording"),
        (("replay", str(there)), 2, "its till cannot be set up"),
    ):
        ended, out, err = await command(*arguments)
        assert (ended, out, err.count("\n")) == (code, "", 1), err
        assert says in err
    assert not (socket_dir / "new.rec").exists()
