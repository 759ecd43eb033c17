"""The routes of the page, for whoever serves it: behind a token on a real till, on loopback beside an emulated one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bridge.panel.live import MAX_VIEWERS, Changes, LiveStream
from bridge.panel.login import COOKIE, LASTS_S, Gate
from bridge.panel.page import Page
from bridge.panel.wire import Wire
from bridge.panel.words import LANGUAGES, words_of

STATIC = Path(__file__).with_name("static")
LANGUAGE_COOKIE = "pos_bridge_language"
MAX_FORM_BYTES = 1 << 14
# Everything comes from here, and nothing is run that does not stand in a file of ours.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}

Endpoint = Callable[[Request], Awaitable[Response | LiveStream]]


class PanelApp:
    """page: asked for at each request, for it may be another's by then. gate: None where no token is needed."""

    def __init__(
        self, page: Callable[[], Page], wire: Wire, changes: Changes, closing: asyncio.Event, gate: Gate | None = None
    ) -> None:
        self._page = page
        self._wire = wire
        self._changes = changes
        self._closing = closing
        self._gate = gate

    def routes(self, base: str, language: str) -> list[Route]:
        """language: of who has chosen none."""
        self._default = language
        return [
            Route(base or "/", self._behind_gate(self._show)),
            Route(f"{base}/live", self._behind_gate(self._live)),
            Route(f"{base}/static/{{name}}", _static),
            Route(f"{base}/login", self._login, methods=["GET", "POST"]),
        ]

    def _behind_gate(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response | LiveStream:
            if self._gate is None or self._gate.admits(request):
                return await endpoint(request)
            return RedirectResponse(f"{self._page().base}/login", 303, HEADERS)

        return guarded

    async def _show(self, request: Request) -> Response:
        language = self._language(request)
        response = HTMLResponse(await self._page().whole(language), headers=HEADERS)
        response.set_cookie(LANGUAGE_COOKIE, language, httponly=True, samesite="strict")
        return response

    async def _live(self, request: Request) -> Response | LiveStream:
        if self._changes.viewers >= MAX_VIEWERS:
            return Response(status_code=503)
        return LiveStream(self._page, self._wire, self._changes, self._closing, self._language(request))

    async def _login(self, request: Request) -> Response:
        page, language = self._page(), self._language(request)
        if self._gate is None:
            return RedirectResponse(page.base or "/", 303)
        if request.method != "POST":
            return HTMLResponse(page.login(language), headers=HEADERS)
        session = self._gate.enter((await form_of(request)).get("token", ""))
        if session is None:
            problem = "too_many" if self._gate.is_besieged else "wrong_token"
            return HTMLResponse(page.login(language, words_of(language)(problem)), 403, HEADERS)
        response = RedirectResponse(page.base or "/", 303, HEADERS)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, session, int(LASTS_S), path=page.base or "/", secure=secure, httponly=True, samesite="strict"
        )
        return response

    def _language(self, request: Request) -> str:
        asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
        return asked if asked in LANGUAGES else self._default


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form; {} for what is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in fields.items()}


_KINDS = {"panel.css": "text/css", "panel.js": "text/javascript", "icon.svg": "image/svg+xml"}


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _KINDS:
        return Response(status_code=404)
    return Response(_file(name), media_type=_KINDS[name], headers=HEADERS)


@cache
def _file(name: str) -> bytes:
    return (STATIC / name).read_bytes()
