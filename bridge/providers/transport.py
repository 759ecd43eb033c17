"""One request over httpx, bytes in, bytes out. Nothing else imports httpx, so it is imported late (http.py)."""

import ssl
from collections.abc import Mapping

import certifi
import httpx

from bridge.ports import Tap
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault
from bridge.providers.tapped import TappedExchanges

# The largest honest reply is a page of purchases, some tens of kilobytes; more is a broken or hostile peer.
MAX_REPLY_BYTES = 1 << 20

# Below the 5 s after which common servers drop an idle connection: a move written on a connection that the
# peer has just closed would have an unknown outcome, so idle ones are dropped by us first.
KEEPALIVE_S = 4.0

LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=KEEPALIVE_S)


class Transport:
    """A pool of connections to one provider. No proxies from the environment, no redirects, no retries."""

    def __init__(self, base_url: str, headers: Mapping[str, str], tap: Tap, *, reads_all: bool = False) -> None:
        self._tap = TappedExchanges(tap)
        self._base_url = base_url.rstrip("/")
        self._reads_all = reads_all
        self._client = httpx.AsyncClient(
            headers={**headers, "Accept-Encoding": "identity"},
            transport=httpx.AsyncHTTPTransport(verify=_trust(base_url), limits=LIMITS, retries=0),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the caller's one deadline covers every phase
        )

    async def send(self, request: HttpRequest, progress: Progress) -> HttpReply:
        """The reply. Raises TransportFault; `progress` tells whether the request may have gone out."""
        with self._tap.exchange(request, progress) as told:
            reply = await self._send(request, progress)
            told(reply)
            return reply

    async def _send(self, request: HttpRequest, progress: Progress) -> HttpReply:
        try:
            async with self._client.stream(
                request.method,
                self._base_url + request.path,
                content=request.body,
                headers=request.headers,
                extensions={"trace": progress.trace},
            ) as response:
                content = await _read(response) if self._is_read(response.status_code) else b""
                return HttpReply(response.status_code, response.headers, content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            # What broke after sending may quote the peer's bytes: only its kind is told then.
            what = "the exchange broke off" if progress.sent else f"no connection: {error}"
            raise TransportFault(f"{what} ({type(error).__name__})") from None
        finally:
            if progress.half_open:
                await progress.half_open.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    def _is_read(self, status: int) -> bool:
        return status == 200 or (self._reads_all and status != 429)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            raise TransportFault(f"a reply of more than {MAX_REPLY_BYTES} bytes")
    return bytes(body)


def _trust(base_url: str) -> ssl.SSLContext | bool:
    """The system's authorities (a company's own is added there), and certifi's where a system has none."""
    if base_url.lower().startswith("http:"):
        return False
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
