"""MAXMA on a loopback port, with its true books open to look into."""

import ssl
from collections.abc import Sequence

from bridge.emulation.maxma.exchange import answer
from bridge.emulation.maxma.ledger import EmulatedClient, Ledger, RepeatedSet
from bridge.emulation.maxma.methods import Methods
from bridge.emulation.maxma.rules import Rules
from bridge.emulation.web.exchange import Answer, Request
from bridge.emulation.web.faults import Fault, FaultPlan
from bridge.emulation.web.served import Served
from bridge.emulation.web.server import HttpServer

KEY = "emulated-key"


class MaxmaEmulator(Served):
    """`async with MaxmaEmulator(members) as emulator:`, then `.base_url`, `.ledger`, `.requests`, `.fault(…)`.

    methods.rules may be changed meanwhile; methods.on_code is told of each confirmation code.
    """

    def __init__(
        self,
        members: Sequence[EmulatedClient] = (),
        *,
        rules: Rules | None = None,
        key: str = KEY,
        repeat_set: RepeatedSet = RepeatedSet.TICKET,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.key = key
        self.ledger = Ledger(list(members), repeat_set)
        self.requests: list[Request] = []
        self.faults = FaultPlan()
        self.base_url = ""
        self.server = HttpServer(self.respond, port, tls)
        self.methods = Methods(self.ledger, rules or Rules())

    def fault(self, method: str, fault: Fault) -> None:
        """The next `fault.times` requests of this method ("set-purchase", "*") meet this fault."""
        self.faults.add(method, fault)

    def codes(self, card: str) -> list[str]:
        """The confirmation codes that this client has been sent."""
        return self.methods.codes.get(card, [])

    def calls(self, method: str) -> list[Request]:
        return [request for request in self.requests if request.path == f"/{method.lstrip('/')}"]

    def respond(self, request: Request) -> Answer:
        self.requests.append(request)
        return answer(request, self.key, self.methods, self.faults)
