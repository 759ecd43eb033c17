"""Who may ask: address, Host, Origin, token; and TLS."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bridge.events import EventBus
from bridge.http.guard import check
from bridge.http.refusals import Refused
from bridge.http.server import CannotListen, bind, tls_of
from bridge.http.settings import HttpSettings
from tests.http.conftest import AUTHORIZED, TOKEN, Web
from tests.pos.conftest import DEADLINE_S, CannedDesk

LAN = HttpSettings(
    "192.168.1.5", 8710, TOKEN, allow_from=[ip_network("192.168.1.20"), ip_network("10.0.0.0/8")], hosts=["till.shop"]
)


def scope(*headers: tuple[str, str], path: str = "/rpc", address: str = "127.0.0.1") -> dict[str, Any]:
    """An ASGI scope with Host and token, unless `headers` say otherwise."""
    given = {name for name, _ in headers}
    usual = (("host", "127.0.0.1:8710"), ("authorization", f"Bearer {TOKEN}"))
    told = [*headers, *((name, value) for name, value in usual if name not in given)]
    return {
        "type": "http",
        "scheme": "http",
        "path": path,
        "client": (address, 50_000) if address else None,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in told if value != "absent"],
    }


def status(asked: dict[str, Any], settings: HttpSettings = LAN) -> int:
    try:
        check(settings, asked)
    except Refused as refused:
        return refused.status
    return 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(("127.0.0.1", 200), ("::1", 200), ("192.168.1.20", 200), ("::ffff:192.168.1.20", 200), ("10.9.8.7", 200)),
        *(("192.168.1.21", 403), ("fe80::1%eth0", 403), ("11.0.0.1", 403), ("", 403)),
    ],
)
def test_only_named_addresses_may_call(address: str, expected: int) -> None:
    assert status(scope(address=address)) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(("127.0.0.1", 200), ("127.0.0.1:9", 200), ("[::1]:8710", 200), ("192.168.1.5:8710", 200)),
        *(("localhost", 200), ("LOCALHOST:8710", 200), ("till.shop", 200), ("till.shop:8710", 200)),
        *(
            ("evil.example", 403),
            ("evil.example:8710", 403),
            ("till.shop.evil.example", 403),
            ("127.0.0.1.nip.io", 403),
        ),
        *(("", 403), (":8710", 403), ("absent", 403), ("localhost.", 403), ("[::1", 403), ("a:b:c", 403), ("::1", 403)),
    ],
)
def test_a_name_that_was_rebound_to_us_is_refused(host: str, expected: int) -> None:
    assert status(scope(("host", host))) == expected
    assert status(scope(("host", host), path="/health")) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("origin", "http://127.0.0.1:8710")], 200),
        ([("origin", "http://127.0.0.1:80")], 403),
        ([("origin", "https://127.0.0.1:8710")], 403),
        ([("origin", "null")], 403),
        ([("origin", "https://evil.example")], 403),
        ([("origin", "")], 403),
        ([("sec-fetch-site", "cross-site")], 403),
        ([("sec-fetch-site", "same-site")], 403),
        ([("sec-fetch-site", "same-origin")], 200),
        ([("sec-fetch-site", "none")], 200),
    ],
)
def test_a_page_of_another_site_is_refused(headers: list[tuple[str, str]], expected: int) -> None:
    assert status(scope(*headers)) == expected


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        *((f"Bearer {TOKEN}", 200), (f"bearer  {TOKEN} ", 200)),
        *((f"Basic {TOKEN}", 401), (TOKEN, 401), (f"Bearer {TOKEN}x", 401), (f"Bearer {TOKEN[:-1]}", 401)),
        *(("Bearer", 401), ("Bearer ", 401), ("absent", 401), ("Bearer \xff", 401), (f"Bearer {TOKEN.upper()}", 401)),
    ],
)
def test_the_token_must_be_right_but_for_health(authorization: str, expected: int) -> None:
    asked = ("authorization", authorization)
    assert status(scope(asked)) == expected
    assert status(scope(asked, path="/metrics")) == expected
    assert status(scope(asked, path="/health/")) == expected
    assert status(scope(asked, path="/health")) == 200


@pytest.mark.parametrize("name", ["host", "origin", "sec-fetch-site", "authorization"])
def test_a_header_that_stands_twice_means_nothing(name: str) -> None:
    asked = scope()
    asked["headers"] += [(name.encode(), b"localhost")] * 2
    assert status(asked) == 403


async def test_a_refusal_is_typed_and_logged(web: Web) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web.port}", trust_env=False) as stranger:
        with capture_logs() as logs:
            response = await stranger.get("/metrics", headers={"Authorization": "Bearer wrong-token"})
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.json()["error"] == {
        "code": 1009,
        "message": "the token is missing or wrong",
        "data": {"kind": "not_permitted", "retryable": False, "text": "<not_permitted>"},
    }
    assert [(line["event"], line["reason"], line["address"]) for line in logs] == [
        ("http_refused", "token", "127.0.0.1")
    ]
    assert "wrong-token" not in str(logs)


async def test_health_says_nothing_but_that_somebody_is_there(web: Web) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web.port}", trust_env=False) as stranger:
        response = await stranger.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


# --- TLS -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cert.pem and key.pem for localhost."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(  # noqa: S603 - a fixed command
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
async def secure(certificate: Path, settings: HttpSettings, desk: CannedDesk, bus: EventBus) -> AsyncIterator[Web]:
    tls = replace(settings, tls_cert=certificate / "cert.pem", tls_key=certificate / "key.pem")
    web = await Web(tls, desk, bus).start()
    yield web
    await web.stop()


async def test_tls_is_spoken(secure: Web, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    async with httpx.AsyncClient(verify=trust, headers=AUTHORIZED, trust_env=False, timeout=DEADLINE_S) as client:
        own = f"https://localhost:{secure.port}"
        assert (await client.get(f"{own}/metrics", headers={"Origin": own})).status_code == 200
        with pytest.raises(httpx.HTTPError):
            await client.get(f"http://localhost:{secure.port}/health")


async def test_who_does_not_shake_hands_is_put_out(secure: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    await secure.stop()
    monkeypatch.setattr("bridge.http.server.HANDSHAKE_WITHIN_S", 0.02)
    again = await Web(secure.settings, secure.desk, secure.bus).start()
    async with again.raw() as (reader, _):
        async with asyncio.timeout(DEADLINE_S):
            assert await reader.read() == b""
    await again.stop()


def test_what_cannot_be_used_is_told(certificate: Path, tmp_path: Path, settings: HttpSettings) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    with pytest.raises(CannotListen, match=r"\[http\] tls_cert and tls_key cannot be used"):
        tls_of(replace(settings, tls_cert=tmp_path / "no.pem", tls_key=certificate / "key.pem"))
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1:8710: Cannot assign requested address"):
        bind(replace(settings, host="192.0.2.1", port=8710))
