"""One request by httpx, bytes in, bytes out. What carries it is ours (carrier.py); both are imported late (http.py)."""

import ssl
from collections.abc import Mapping
from functools import lru_cache

import certifi
import httpx

import bridge
from bridge.ports import Tap
from bridge.providers.carrier import PROGRESS, READS_ALL, Carrier
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault
from bridge.providers.tapped import TappedExchanges

_EVERY_REQUEST = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": f"pos-bridge/{bridge.__version__}",
}


class Transport:
    """The way to one provider. No proxies from the environment, no redirects, no retries."""

    def __init__(self, base_url: str, headers: Mapping[str, str], tap: Tap, *, reads_all: bool = False) -> None:
        """May read certificates: in a thread."""
        self._tap = TappedExchanges(tap)
        self._base_url = base_url.rstrip("/")
        # httpx takes as long to parse an address as for the rest of a request; an adapter has a handful of paths.
        self._url = lru_cache(32)(lambda path: httpx.URL(self._base_url + path))
        self._headers = httpx.Headers({**_EVERY_REQUEST, **headers})
        self._reads_all = reads_all
        self._carrier = Carrier(None if base_url.lower().startswith("http:") else _trust())

    async def send(self, request: HttpRequest, progress: Progress) -> HttpReply:
        """The reply. Raises TransportFault; `progress` tells whether the request may have gone out."""
        with self._tap.exchange(request, progress) as told:
            reply = await self._send(request, progress)
            told(reply)
            return reply

    async def warm_up(self) -> None:
        """Have a connection at hand. Raises TransportFault."""
        try:
            await self._carrier.warm_up(httpx.URL(self._base_url))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransportFault(str(error)) from None

    async def aclose(self) -> None:
        """Exchanges that are under way fail."""
        await self._carrier.aclose()

    async def _send(self, request: HttpRequest, progress: Progress) -> HttpReply:
        try:
            headers = self._headers.copy()
            headers.update(request.headers)
            response = await self._carrier.handle_async_request(
                httpx.Request(
                    request.method,
                    self._url(request.path),
                    headers=headers,
                    content=request.body,
                    extensions={PROGRESS: progress, READS_ALL: self._reads_all},
                )
            )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            what = "" if isinstance(error, httpx.HTTPError) else "no connection: "
            raise TransportFault(f"{what}{error} ({type(error.__cause__ or error).__name__})") from None
        return HttpReply(response.status_code, response.headers, response.content)


def _trust() -> ssl.SSLContext:
    """The system's authorities (a company's own is added there), and certifi's where a system has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
