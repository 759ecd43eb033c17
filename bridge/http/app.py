"""The Starlette application: four routes behind one guard."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.http.closing import Closing
from bridge.http.guard import OPEN_PATHS, Guard
from bridge.http.metrics import CONTENT_TYPE, Measures
from bridge.http.refusals import Refuse, Refused
from bridge.http.rpc import Rpc
from bridge.http.settings import HttpSettings
from bridge.http.stream import Events
from bridge.pos.dispatch import Dispatcher


@dataclass(frozen=True, slots=True)
class Annex:
    """More routes that whoever joins the parts adds. looks_after: paths where it asks for the token in its own way."""

    routes: Sequence[Route] = ()
    looks_after: Callable[[str], bool] = lambda _path: False


def build_app(
    settings: HttpSettings,
    dispatcher: Dispatcher,
    events: Events,
    measures: Measures,
    closing: Closing,
    annex: Annex = Annex(),
) -> Starlette:
    refuse = dispatcher.refuse

    async def metrics(_request: Request) -> Response:
        return Response(measures.page(), media_type=CONTENT_TYPE)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/rpc", Rpc(dispatcher, closing).answer, methods=["POST"]),
            Route("/events", events.open, methods=["GET"]),
            Route("/metrics", metrics),
            Route("/health", health),
            *annex.routes,
        ],
        middleware=[
            Middleware(Always, measures=measures),
            Middleware(
                Guard,
                settings=settings,
                refuse=refuse,
                is_open=lambda path: path in OPEN_PATHS or annex.looks_after(path),
            ),
        ],
        exception_handlers=_handlers(refuse),
    )


class Always:
    """What every response has; and each is counted."""

    def __init__(self, app: ASGIApp, *, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Date"] = formatdate(usegmt=True)
                headers["Cache-Control"] = "no-store"  # old HTTP components keep even the answers to POST
                headers["X-Content-Type-Options"] = "nosniff"
                self._measures.responded(message["status"])
            await send(message)

        await self._app(scope, receive, send_more)


def _handlers(refuse: Refuse) -> Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    async def refused(_request: Request, error: Exception) -> Response:
        return _refusal_of(error).response(refuse)

    return dict.fromkeys((Refused, HTTPException, Exception), refused)


def _refusal_of(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, HTTPException):
        what = "no such path" if error.status_code == HTTPStatus.NOT_FOUND else "no such method on this path"
        return Refused(error.status_code, "route", what, error.headers)
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "defect", "")  # logged by uvicorn, with its traceback
