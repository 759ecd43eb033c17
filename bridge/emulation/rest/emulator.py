"""The emulated system on a loopback port, with its true books open to look into."""

import base64
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from bridge.emulation.rest.ledger import EmulatedCard, Ledger, Refusal
from bridge.emulation.rest.routes import Routes
from bridge.emulation.web.exchange import Answer, Manner, Request, answered
from bridge.emulation.web.faults import Fault, FaultKind, FaultPlan
from bridge.emulation.web.served import Served
from bridge.emulation.web.server import HttpServer

KEY, LOGIN, PASSWORD = "emulated-key", "emulated-login", "emulated-password"
NOTICE = (
    "emulated by pos-bridge: this format is ours, not the vendor's; replace it when the vendor hands over its document"
)
_encode = msgspec.json.Encoder(decimal_format="number").encode


class RestEmulator(Served):
    """`async with RestEmulator(cards) as emulator:`, then `.base_url`, `.ledger`, `.requests`, `.fault(…)`.

    Lets in whoever shows its key (X-Key), its login and password, or a token for which they were given. `expire` makes
    every token of before worthless.
    """

    def __init__(self, cards: Sequence[EmulatedCard] = (), *, port: int = 0) -> None:
        self.key, self.login, self.password = KEY, LOGIN, PASSWORD
        self.ledger = Ledger(list(cards))
        self.requests: list[Request] = []
        self.faults = FaultPlan()
        self.base_url = ""
        self.server = HttpServer(self.respond, port)
        self._routes = Routes(self.ledger)
        self._signed_in = 0

    def fault(self, path: str, fault: Fault) -> None:
        """The next `fault.times` requests to this path ("purchases", "*") meet this fault."""
        self.faults.add(path, fault)

    def calls(self, path: str) -> list[Request]:
        return [request for request in self.requests if _name(request) == path]

    def expire(self) -> None:
        self._signed_in += 1

    def respond(self, request: Request) -> Answer:
        self.requests.append(request)
        return answered(self.faults.take(_name(request)), lambda: self._applied(request), MANNER)

    def _applied(self, request: Request) -> Answer:
        if _name(request) == "sign-in":
            return self._sign_in(request)
        if not self._is_let_in(request):
            return _no(Refusal(401, "not_signed_in", "who are you?"))
        try:
            told = self._routes.answer(request)
        except Refusal as refusal:
            return _no(refusal)
        return _no(Refusal(404, "no_such_path", "no such path")) if told is None else _reply(told)

    def _sign_in(self, request: Request) -> Answer:
        try:
            told = msgspec.json.decode(request.body, type=dict[str, str])
        except ValueError:
            told = {}
        if (told.get("login"), told.get("password")) != (self.login, self.password):
            return _no(Refusal(401, "not_signed_in", "wrong login or password"))
        return _reply({"token": self._token})

    @property
    def _token(self) -> str:
        return f"emulated-token-{self._signed_in}"

    def _is_let_in(self, request: Request) -> bool:
        pair = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        shown = request.headers.get("authorization", "")
        known = (f"Bearer {self._token}", f"Basic {pair}")
        return request.headers.get("x-key") == self.key or any(hmac.compare_digest(shown, each) for each in known)


def _name(request: Request) -> str:
    """The part of the path by which faults and tests name a request: "/v1/cards/17/balance" is "balance"."""
    steps = request.path.partition("?")[0].strip("/").split("/")[1:]
    return steps[-1] if steps[-1:] == ["balance"] else steps[0] if steps else ""


def _reply(told: dict[str, Any], status: int = 200) -> Answer:
    return Answer(_encode({"notice": NOTICE, **told}), status, {"X-Notice": "emulated, not the vendor's format"})


def _no(refusal: Refusal) -> Answer:
    return _reply({"error": {"code": refusal.code, "text": str(refusal)}}, refusal.status)


def _refusal(fault: Fault) -> Answer:
    if fault.kind is FaultKind.TRY_LATER:
        return _no(Refusal(503, "try_later", "try again later"))
    return _no(Refusal(422, "not_possible", f"staged {fault.code}"))


def _of_another(told: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(told, dict):
        for card in told.get("cards", [told]):
            card |= {name: "999" for name in ("number", "card") if name in card}
    return told


MANNER = Manner(_refusal, _of_another)
