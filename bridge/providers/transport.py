"""One request by httpx, bytes in, bytes out. What carries it is ours (carrier.py); both are imported late (http.py)."""

import ssl
from collections.abc import Mapping
from functools import lru_cache

import certifi
import httpx

import bridge
from bridge.ports import Tap
from bridge.providers.carrier import MAY_REPEAT, PROGRESS, READS_ALL, Carrier, body_of
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault
from bridge.providers.tapped import TappedExchanges

_EVERY_REQUEST = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": f"pos-bridge/{bridge.__version__}",
}
# RFC 9110, section 8.6: they say that they have none, too.
_METHODS_WITH_BODY = {"POST", "PUT", "PATCH"}


class Transport:
    """The way to one provider. No proxies from the environment, no redirects, no retries but on a connection that the
    provider had given up."""

    def __init__(self, base_url: str, headers: Mapping[str, str], tap: Tap, *, reads_all: bool = False) -> None:
        """May read certificates: in a thread."""
        self._tap = TappedExchanges(tap)
        self._base_url = base_url.rstrip("/")
        self._headers = {**_EVERY_REQUEST, **headers}
        # httpx takes longer to parse an address than for the rest of a request; an adapter has a handful of paths.
        self._blank = lru_cache(32)(self._blank_for)
        self._reads_all = reads_all
        self._carrier = Carrier(None if base_url.lower().startswith("http:") else _trust())

    async def send(self, request: HttpRequest, progress: Progress) -> HttpReply:
        """The reply. Raises TransportFault; `progress` tells whether the request may have gone out."""
        number = self._tap.asked(request)
        try:
            response = await self._carrier.handle_async_request(self._filled_in(request, progress))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            self._tap.failed(number, progress)
            what = "" if isinstance(error, httpx.HTTPError) else "no connection: "
            raise TransportFault(f"{what}{error} ({type(error.__cause__ or error).__name__})") from None
        except BaseException:  # cancelled: the deadline is our own
            self._tap.failed(number, progress, gave_up=True)
            raise
        reply = HttpReply(response.status_code, response.headers, body_of(response))
        self._tap.answered(number, reply)
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

    def _filled_in(self, request: HttpRequest, progress: Progress) -> httpx.Request:
        """With a stream for its body httpx adds no headers of its own, and so need not look at ours."""
        url, always = self._blank(request.path)
        extensions = {PROGRESS: progress, READS_ALL: self._reads_all, MAY_REPEAT: request.may_repeat}
        body = httpx.ByteStream(request.body)
        told = httpx.Request(request.method, url, headers=always, stream=body, extensions=extensions)
        for name, value in request.headers.items():
            told.headers[name] = value
        if request.body or request.method in _METHODS_WITH_BODY:
            told.headers["Content-Length"] = str(len(request.body))
        return told

    def _blank_for(self, path: str) -> tuple[httpx.URL, httpx.Headers]:
        """Where requests of this path go, and what each of them says."""
        url = httpx.URL(self._base_url + path)
        return url, httpx.Headers({"Host": url.netloc.decode(), **self._headers})


def _trust() -> ssl.SSLContext:
    """The system's authorities (a company's own is added there), and certifi's where a system has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
