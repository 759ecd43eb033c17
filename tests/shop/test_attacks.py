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
            answers = [await asked(port, f"{request}\r\nHost: 127.0.0.1:{port}\r\n\r\n") for request in REQUESTS]
        else:
            answers = [await asked(socket_dir / "pos.sock", f"{line}\n") for line in LINES]
        await shop.stop()
        told = json.dumps(shop.log)
        assert all(answers)
        assert not [secret for secret in (HTTP_TOKEN, BASIC, CARD, PHONE) if secret in told]
        assert {"text", "owned"}.isdisjoint(line["event"] for line in shop.log)
        assert not any(HTTP_TOKEN.encode() in answer for answer in answers)


async def asked(place: int | Path, request: str) -> bytes:
    """The beginning of the answer."""
    opening = (
        asyncio.open_connection("127.0.0.1", place) if isinstance(place, int) else asyncio.open_unix_connection(place)
    )
    async with within(ANSWERED_WITHIN_S):
        reader, writer = await opening
        writer.write(request.encode())
        answer = await reader.read(65536)
    writer.close()
    return answer
