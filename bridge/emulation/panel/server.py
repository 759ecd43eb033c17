"""The panel's own address: on loopback, whoever is at this machine may use it, and no page of another site."""

import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import bridge
from bridge.config.model import Config
from bridge.domain.errors import DeskError
from bridge.emulation.panel.actions import Actions
from bridge.emulation.panel.sections import desk_sections
from bridge.emulation.panel.stage import Stage
from bridge.emulation.panel.words import DESK_WORDS
from bridge.emulation.scenario.loading import Scenario, load_scenario, shipped
from bridge.http.closing import Closing
from bridge.http.guard import Guard
from bridge.http.server import CannotListen, HttpServer, bind
from bridge.http.settings import HttpSettings
from bridge.panel.app import HEADERS, PanelApp
from bridge.panel.page import Heading, Page

HOST = "127.0.0.1"
# The same each time where it is free, so that a page left open finds the next till.
USUAL_PORT = 8711
STOP_WITHIN_S = 1.0
HERE = Path(__file__).parent


@asynccontextmanager
async def panel(
    stage: Stage, config_for: Callable[[Scenario | None], Config], port: int = USUAL_PORT
) -> AsyncIterator[str]:
    """The address of the page, while it is served. The till is up already."""
    closing, till = Closing(), stage.made.config.till
    actions = Actions(stage, config_for)
    sections = desk_sections(stage, [load_scenario(file) for file in shipped()], stage.ask)
    heading = Heading(till.name, till.store, bridge.__version__, warning="emulated")
    page = Page(heading, sections, templates=[HERE / "templates"], words=DESK_WORDS, styles=["desk.css"])
    app = PanelApp(lambda: page, stage.wire, stage.changes, closing.begun)
    routes = [Route("/static/desk.css", _style), *app.routes("", till.language), *actions.routes()]
    settings, sock = _bound(port)

    def refuse(error: DeskError) -> bytes:
        return stage.server.dispatcher.refuse(error)  # of the till that stands now

    guard = Middleware(Guard, settings=settings, refuse=refuse, is_open=lambda _path: True)
    server = HttpServer(Starlette(routes=routes, middleware=[guard]), closing, Counter())
    await server.start(sock, None)
    try:
        yield f"http://{HOST}:{sock.getsockname()[1]}/"
    finally:
        await actions.stop()
        await server.stop(STOP_WITHIN_S)


def _bound(port: int) -> tuple[HttpSettings, socket.socket]:
    """On the usual port, or on any where another program has it."""
    settings = HttpSettings(host=HOST, port=port, token="")
    try:
        sock = bind(settings)
    except CannotListen:
        return _anywhere()
    try:
        sock.listen()  # two may bind a port that neither listens on yet
    except OSError:
        sock.close()
        return _anywhere()
    return settings, sock


def _anywhere() -> tuple[HttpSettings, socket.socket]:
    settings = HttpSettings(host=HOST, port=0, token="")
    return settings, bind(settings)


async def _style(_request: Request) -> Response:
    return Response((HERE / "desk.css").read_bytes(), media_type="text/css", headers=HEADERS)
