"""Composition root, the HTTP side: imported only where `[http]` is enabled."""

from collections.abc import Callable
from ipaddress import ip_network

from bridge.config.doors import Http
from bridge.daemon.failures import StartFailed
from bridge.daemon.status_panel import StatusPanel, is_panels
from bridge.daemon.tapping import TillTaps
from bridge.http.app import Annex, build_app
from bridge.http.closing import Closing
from bridge.http.metrics import Measures, Snapshot
from bridge.http.server import CannotListen, HttpServer, bind, tls_of
from bridge.http.settings import HttpSettings
from bridge.http.stream import Events
from bridge.ports import Clock
from bridge.pos.messages import Status
from bridge.pos.server import PosServer


class WebSide:
    """Its address is taken at once, so that a start fails early; it serves from `start` on."""

    def __init__(self, taps: TillTaps, clock: Clock) -> None:
        """Raises StartFailed."""
        self.measures = Measures()
        self._settings = settings_of(taps.config.http)
        self._panel = StatusPanel(taps, self._settings, clock)
        try:
            self._tls = tls_of(self._settings)
            self._sock = bind(self._settings)
        except CannotListen as error:
            raise StartFailed(str(error)) from error
        self._server: HttpServer

    async def start(self, pos: PosServer, status: Callable[[], Status]) -> None:
        """Serve the same dispatcher and the same bus as the socket does."""
        closing = Closing()
        events = Events(pos.bus, closing, pos.turned_away)
        routes = self._panel.routes(pos, closing)
        app = build_app(self._settings, pos.dispatcher, events, self.measures, closing, Annex(routes, is_panels))
        self._server = HttpServer(app, closing, pos.turned_away)
        pos.bus.subscribe(self.measures.happened)
        self.measures.registry.register(
            Snapshot(
                status,
                lambda: {"socket": pos.clients, "http": self._server.connections, "events": events.streams},
                pos.turned_away,
            )
        )
        await self._server.start(self._sock, self._tls)

    async def stop(self, deadline_s: float) -> None:
        await self._server.stop(deadline_s)

    def close(self) -> None:
        """Give the address back, served or not."""
        self._sock.close()


def settings_of(http: Http) -> HttpSettings:
    """What config.check_http has found in order."""
    if http.token is None:
        raise StartFailed("[http] is enabled and has no token")
    return HttpSettings(
        host=http.listen.host,
        port=http.listen.port,
        token=http.token.read().value,
        allow_from=[ip_network(each) for each in http.allow_from],
        hosts=[name.lower() for name in http.hosts],
        tls_cert=http.tls_cert,
        tls_key=http.tls_key,
    )
