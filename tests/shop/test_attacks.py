"""What somebody tries at a till that runs: devices obey nothing of it, and the log repeats nothing."""

import asyncio
import base64
import json
from pathlib import Path

import pytest

from tests.deadlines import within
from tests.shop.shop import CARD, HTTP_TOKEN, open_shop
from tests.shop.steps import close, member, open_with_card, papers
from tests.shop.test_http import free_port, http_section

ANSWERED_WITHIN_S = 15
TEMPLATE = "{{ 7 * 7 }}{% include '/etc/passwd' %}"
COMMANDS = "\x1b@\x1dV\x00\x1bp\x00\x19\xfa\x0c\x1f"
HOSTILE = f'{COMMANDS}{TEMPLATE}\r\n{{"level":"error","event":"owned"}}\u202e'
PHONE = "79161234567"
BASIC = base64.b64encode(f"till:{HTTP_TOKEN}".encode()).decode()
# By people who were never told how a token is shown, and by those who know it well.
REQUESTS = (
    f"GET /health?token={HTTP_TOKEN}&card={CARD} HTTP/1.1",
    f"GET /events?access_token={HTTP_TOKEN}&phone={PHONE} HTTP/1.1",
    f"GET /cards/{CARD} HTTP/1.1\r\nAuthorization: Bearer {HTTP_TOKEN}",
    f"POST /rpc HTTP/1.1\r\nAuthorization: Basic {BASIC}\r\nContent-Length: 0",
    f"GET http://{HTTP_TOKEN}@elsewhere/{CARD} HTTP/1.1",
    f"{HTTP_TOKEN} {CARD} HTTP/9",
    f"GET /rpc HTTP/1.1\r\n{HTTP_TOKEN}{CARD}",
)
CALL = '{"jsonrpc":"2.0","id":1,"method":"%s","params":{%s}}'
LINES = (
    f'{{"card": "{CARD}" "{HTTP_TOKEN}"',
    CALL % (f"{CARD}{HTTP_TOKEN}", ""),
    CALL % ("bridge.hello", r'"client":"x\n{\"event\":\"owned\"}\u001b[2J"'),
    CALL % ("card.resolve", f'"code":"{CARD}","{CARD}":1'),
    CALL % ("card.resolve", f'"code":["{CARD}"]'),
    CALL % ("receipt.open", r'"receipt_id":"R\n{\"event\":\"owned\"}\u001b[2J","operation":"sale"'),
)


async def test_what_a_provider_says_of_a_member_is_text_wherever_it_comes_out(socket_dir: Path) -> None:
    """Whoever enrols chooses the name, and a shop's marketing the levels."""
    async with open_shop(socket_dir) as shop:
        shop.more = "[messages]\nprint_on_card = true\n"
        client = member(shop)
        client.name = client.surname = client.level = HOSTILE
        await shop.start()
        async with await shop.cash_program("card") as cash:
            await open_with_card(cash, "R-1")
            assert TEMPLATE in (await cash.event("card", card=CARD))["holder"]
            assert (await close(cash, "R-1"))["state"] == "done"
            await papers(shop, cash)
            await cash.call("display.show", rows=["the end"])
            await shop.display.until(lambda rows: rows[0].startswith("the end"))
        await shop.stop()
        assert TEMPLATE[:11] in str(shop.printer.paper.pages)
        assert not shop.printer.paper.unknown
        assert shop.printer.paper.drawer_pulses == 0
        assert shop.display.unknown == ()
        assert {"text", "owned"}.isdisjoint(line["event"] for line in shop.log)
        assert "owned" not in json.dumps(shop.log)


@pytest.mark.parametrize("door", ["http", "socket"])
async def test_the_log_repeats_nothing_of_what_is_said_at_the_doors(door: str, socket_dir: Path) -> None:
    """Tokens and cards stand where nobody expects them: in addresses, names of methods and members, broken lines."""
    port = free_port()
    async with open_shop(socket_dir) as shop:
        shop.more = http_section(port)
        await shop.start()
        if door == "http":
            answers = [await requested(port, head) for head in REQUESTS]
        else:
            answers = [await called(socket_dir / "pos.sock", line) for line in LINES]
        await shop.stop()
        told = json.dumps(shop.log)
        assert all(answers)
        assert not [secret for secret in (HTTP_TOKEN, BASIC, CARD, PHONE) if secret in told]
        assert {"text", "owned"}.isdisjoint(line["event"] for line in shop.log)
        assert not any(HTTP_TOKEN.encode() in answer for answer in answers)


async def test_on_the_panel_it_is_text(socket_dir: Path) -> None:
    port, mark = free_port(), "<img src=x onerror=alert(1)>"
    async with open_shop(socket_dir) as shop:
        shop.more = http_section(port)
        member(shop).level = mark
        await shop.start()
        async with await shop.cash_program() as cash:
            await open_with_card(cash, mark)
            await cash.call("display.show", rows=[mark])
            await cash.call("printer.print", lines=[mark])
            await shop.scanner.scan(mark)
            page = (await requested(port, f"GET /panel HTTP/1.1\r\nAuthorization: Bearer {HTTP_TOKEN}")).decode()
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "<img" not in page


async def requested(port: int, head: str) -> bytes:
    """The whole answer to a request that begins so."""
    async with within(ANSWERED_WITHIN_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{head}\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
    writer.close()
    return answer


async def called(path: Path, line: str) -> bytes:
    async with within(ANSWERED_WITHIN_S):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(f"{line}\n".encode())
        answer = await reader.readline()
    writer.close()
    return answer
