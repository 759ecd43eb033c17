"""The page of a real till: behind the token, read only, nobody's card on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bridge.emulation.maxma import KEY
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, GOODS, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, close, member, open_with_card

TOKEN = "t0ken-of-the-till"


@asynccontextmanager
async def till(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Shop, httpx.AsyncClient]]:
    """A running till whose HTTP side is enabled, and a browser's side of it."""
    monkeypatch.setenv("POS_BRIDGE_CREDENTIAL_HTTP_TOKEN", TOKEN)
    async with open_shop(folder) as shop:
        port = free_port()
        shop.more_of_club = (
            f'[http]\nenabled = true\nlisten = "127.0.0.1:{port}"\ntoken = {{ credential = "http-token" }}\n'
        )
        await shop.start()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield shop, client


def free_port() -> int:
    import socket  # noqa: PLC0415 - here only

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_it_is_behind_the_token_and_shows_no_card(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with till(socket_dir, monkeypatch) as (shop, client):
        for path in ("/panel", "/panel/live"):
            refused = await client.get(path)
            assert (refused.status_code, refused.headers["location"]) == (303, "/panel/login")
        assert (await client.post("/panel/login", data={"token": "wrong"})).status_code == 403
        entered = await client.post("/panel/login", data={"token": TOKEN})
        assert entered.status_code == 303
        assert {"HttpOnly", "SameSite=strict", "Path=/panel"} <= set(entered.headers["set-cookie"].split("; "))
        customer = member(shop)
        customer.name, customer.surname = "Мария", "Иванова"
        async with await shop.cash_program() as cash:
            await open_with_card(cash, "1", cashier={"code": "7", "name": "Петрова"})
            page = await client.get("/panel?lang=en")
            assert page.status_code == 200
            assert "default-src 'none'" in page.headers["content-security-policy"]
            for told in ("front", "pole", "receipt", "club", "*0018"):
                assert told in page.text
            assert CARD not in page.text
            assert "EMULATED" not in page.text
            told = await stream_of(client, shop, cash)
        people = [CARD, CARD.encode().hex(" "), customer.phone[1:], "Мария", "Иванова", "Петрова"]
        secrets = [*people, GOODS, KEY, TOKEN]
        assert not [secret for secret in secrets if secret in told]
        assert not [secret for secret in secrets if secret in page.text]
        assert (await client.post("/panel")).status_code == 405
        assert (await client.post("/do/unplug", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 404


async def stream_of(client: httpx.AsyncClient, shop: Shop, cash: CashProgram) -> str:
    """All that the stream tells of scans, a search and a sale, to its end."""
    told = ""
    async with asyncio.timeout(20), client.stream("GET", "/panel/live") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("event: part") and not told:
                await shop.scanner.scan(CARD)
                await shop.scanner.scan(GOODS)
                await cash.call("card.resolve", phone=member(shop).phone, wait_ms=PATIENCE_MS)
                await cash.ask("card.search", name="Иванова")
                await cash.call("printer.print", lines=["Мария Иванова", {"left": "Иванова", "right": "1.00"}])
                await cash.call(
                    "receipt.open", receipt_id="2", operation="sale", cashier={"code": "7", "name": "Петрова"}
                )
                await close(cash, "1")
                await cash.call("bridge.hello", client="the-last")
            told += f"{line}\n"
            if "the-last" in line and "front" in told:
                return told
    return told


async def test_pages_of_other_sites_are_refused(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with till(socket_dir, monkeypatch) as (_shop, client):
        assert (await client.get("/panel/login", headers={"Host": "evil.invalid"})).status_code == 403
        foreign = {"Origin": "http://evil.invalid"}
        assert (await client.post("/panel/login", data={"token": TOKEN}, headers=foreign)).status_code == 403
        assert (await client.get("/rpc")).status_code in {401, 405}
