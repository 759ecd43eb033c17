"""The socket that cash programs talk to (docs/pos-protocol.md)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count

import structlog
from msgspec import Raw
from msgspec.json import encode

from bridge.domain.errors import DeskError, NotPermitted, Overloaded
from bridge.events import Event, EventBus
from bridge.ports import UNMEASURED, Meter, Tap
from bridge.pos.connection import Connection, Subscription
from bridge.pos.dispatch import CashierText, Dispatcher, Reply
from bridge.pos.feed import Poll, event_line
from bridge.pos.listening import BACKLOG, Listener
from bridge.pos.messages import NoParams, Subscribed, SubscribeParams
from bridge.pos.methods import METHODS, Handler, Method
from bridge.pos.openrpc import document
from bridge.pos.peer import Caller
from bridge.pos.turns import Turns

# A till has one cash program and a few tools; more are a leak in one of them.
MAX_CLIENTS = 128
# A thousand connections at once must not keep the loop from those that are in: each costs about a fifth of a ms.
ACCEPTED_AT_ONCE = 8

log = structlog.get_logger(__name__)


def anyone(_caller: Caller) -> bool:
    """Whoever could open the socket: its file's mode is the only fence."""
    return True


class PosServer:
    """Serves `handlers`, and by itself `rpc.discover` and the events of `bus`.

    may_connect: asked about each client; who may not is told 1009 and closed. tap_of: where the messages of the
    connection of this number are heard.
    """

    def __init__(  # noqa: PLR0913 - what a till decides for its socket, each once
        self,
        handlers: Mapping[str, Handler],
        bus: EventBus,
        *,
        cashier_text: CashierText,
        is_admin: Callable[[Caller], bool],
        may_connect: Callable[[Caller], bool] = anyone,
        meter: Meter = UNMEASURED,
        methods: Mapping[str, Method] = METHODS,
        tap_of: Callable[[int], Tap] = lambda _number: Tap(),
    ) -> None:
        own: dict[str, Handler] = {
            "rpc.discover": Discover(methods),
            "events.subscribe": self._subscribe,
            "events.poll": Poll(bus),
        }
        self.dispatcher = Dispatcher(
            {**handlers, **own}, cashier_text=cashier_text, is_admin=is_admin, meter=meter, methods=methods
        )
        self.bus = bus
        self._may_connect = may_connect
        self.tap_of = tap_of
        self.turned_away: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[Reply]] = set()
        self.turns: Turns
        self._connections: dict[int, Connection] = {}
        self._numbers = count(1)
        self._all_gone = asyncio.Event()
        self._listener: Listener
        self._server: asyncio.Server

    async def start(self, listener: Listener) -> None:
        """Accept clients from now on."""
        loop = asyncio.get_running_loop()
        self.turns = Turns(loop)
        self._listener = listener
        self.bus.subscribe(self._publish)
        # create_unix_server would, from Python 3.13 on, unlink the path also where systemd owns it
        self._server = await loop.create_server(self._connect, sock=listener.sock, backlog=ACCEPTED_AT_ONCE)
        listener.sock.listen(BACKLOG)  # asyncio accepts as many in one turn as it takes the backlog to be

    async def stop(self, deadline_s: float) -> None:
        """Accept no more, let requests in flight finish for at most `deadline_s`, close."""
        self._listener.unlink()
        self._server.close()
        self.bus.unsubscribe(self._publish)
        ends_at = asyncio.get_running_loop().time() + deadline_s
        for connection in tuple(self._connections.values()):
            connection.retire()
        await self._finish_tasks(deadline_s)
        await self._close_connections(ends_at)

    async def _finish_tasks(self, deadline_s: float) -> None:
        if not self.tasks:
            return
        _, late = await asyncio.wait(self.tasks, timeout=deadline_s)
        for task in late:
            task.cancel()
        if late:
            log.warning("requests_cut_off", requests=len(late))
            await asyncio.wait(late)

    async def _close_connections(self, ends_at: float) -> None:
        for connection in tuple(self._connections.values()):
            connection.close()
        try:
            async with asyncio.timeout_at(ends_at):
                await self._wait_until_gone()
        except TimeoutError:
            for connection in tuple(self._connections.values()):
                connection.abort()
            await self._wait_until_gone()

    async def _wait_until_gone(self) -> None:
        while self._connections:
            self._all_gone.clear()
            await self._all_gone.wait()

    @property
    def clients(self) -> int:
        return len(self._connections)

    # --- connections -----------------------------------------------------------------------------

    def _connect(self) -> Connection:
        return Connection(self, next(self._numbers))

    def admit(self, connection: Connection) -> DeskError | None:
        """Why this client is not served; None: it is."""
        caller = connection.caller
        if not self._may_connect(caller):
            self.turn_away("client_refused", "not_permitted", caller)
            return NotPermitted(f"user {caller.uid} is in none of the groups that may use this socket")
        if len(self._connections) >= MAX_CLIENTS:
            self.turn_away("client_refused", "too_many_clients", caller)
            return Overloaded("too many clients")
        self._connections[caller.connection] = connection
        return None

    def turn_away(self, event: str, reason: str, caller: Caller) -> None:
        """Log and count a client that is not served, or no longer."""
        self.turned_away[reason] += 1
        log.warning(event, reason=reason, **caller.told())

    def forget(self, connection: Connection) -> None:
        self._connections.pop(connection.caller.connection, None)
        self._all_gone.set()

    # --- own methods -----------------------------------------------------------------------------

    def _subscribe(self, params: SubscribeParams, caller: Caller) -> Subscribed:
        connection = self._connections.get(caller.connection)
        if connection is None:
            raise NotPermitted("only a client on the socket can subscribe: use events.poll")
        start, gap = self.bus.locate(params.after, params.stream)
        connection.subscribe(Subscription(frozenset(params.topics), start))
        return Subscribed(stream=self.bus.stream, seq=self.bus.seq, gap=gap)

    def _publish(self, event: Event) -> None:
        line = event_line(event)
        for connection in tuple(self._connections.values()):
            connection.deliver(event, line)


class Discover:
    """The handler of `rpc.discover`: the document is made when it is first asked for."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = methods
        self._document = Raw()

    def __call__(self, _params: NoParams, _caller: Caller) -> Raw:
        if not bytes(self._document):
            self._document = Raw(encode(document(self._methods)))
        return self._document
