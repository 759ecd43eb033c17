"""From a line to its answer: parse, check, decode, call the handler, encode. Knows no sockets; HTTP uses it too."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from inspect import isawaitable
from time import perf_counter
from types import TracebackType
from typing import Any, Literal, Self

import structlog

from bridge.domain.errors import DeskError, NotPermitted
from bridge.ports import Meter
from bridge.pos.decoding import params_decoder
from bridge.pos.jsonrpc import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    Batch,
    Call,
    InvalidParams,
    Rejected,
    batch_reply,
    error_reply,
    meaning,
    parse,
    result_reply,
)
from bridge.pos.messages import Empty, ErrorData, Params
from bridge.pos.methods import METHODS, Handler, Method
from bridge.pos.peer import Caller

log = structlog.get_logger(__name__)

CashierText = Callable[[str], str]
Reply = bytes | None
"""One line without its newline; None when there is nothing to say (notifications)."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that must be waited for; `requests` of them at once in a batch."""

    coroutine: Coroutine[Any, Any, Reply]
    requests: int
    cancellable: bool


Answer = Reply | Pending
Direction = Literal["in", "out"]
Overhear = Callable[[Caller, Direction, bytes], None]
"""Told of each line as it passes. Called in the loop, so it must not take long."""

# No client: what our own pages ask.
OURSELVES = Caller(connection=-1)


@dataclass(frozen=True, slots=True)
class _Route:
    method: Method
    decode: Callable[[bytes], Params]
    handler: Handler


class Dispatcher:
    """All methods with their handlers.

    cashier_text: the sentence for an error's kind. is_admin: who may call the admin methods. meter: told of each call.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        cashier_text: CashierText,
        is_admin: Callable[[Caller], bool],
        meter: Meter,
        methods: Mapping[str, Method] = METHODS,
    ) -> None:
        if handlers.keys() != methods.keys():
            raise ValueError(f"methods and handlers differ: {sorted(handlers.keys() ^ methods.keys())}")
        self._cashier_text = cashier_text
        self._is_admin = is_admin
        self.meter = meter
        self.overheard_by: list[Overhear] = []
        self._routes = {
            name: _Route(method, params_decoder(method.params), handlers[name]) for name, method in methods.items()
        }

    async def ask(self, method: str, params: Params) -> Any:  # noqa: ANN401 - whatever the method's result is
        """A method's result for a page of our own: no call of a client's, so neither checked nor counted."""
        outcome = self._routes[method].handler(params, OURSELVES)
        return await outcome if isawaitable(outcome) else outcome

    def answer(self, line: bytes, caller: Caller) -> Answer:
        """The answer to one line, at once where no handler has to wait. Never raises."""
        answer = self._answer(line, caller)
        if not self.overheard_by:
            return answer
        self._tell("in", caller, line)
        if isinstance(answer, Pending):
            return replace(answer, coroutine=self._told_when_ready(answer.coroutine, caller))
        self._tell("out", caller, answer)
        return answer

    async def _told_when_ready(self, answer: Coroutine[Any, Any, Reply], caller: Caller) -> Reply:
        reply = await answer
        self._tell("out", caller, reply)
        return reply

    def _tell(self, direction: Direction, caller: Caller, line: Reply) -> None:
        if line is not None:
            for hear in self.overheard_by:
                hear(caller, direction, line)

    def _answer(self, line: bytes, caller: Caller) -> Answer:
        request = parse(line)
        if not isinstance(request, Batch):
            return self._answer_one(request, caller)
        answers = [self._answer_one(member, caller) for member in request.members]
        pending = [answer for answer in answers if isinstance(answer, Pending)]
        if not pending:
            return batch_reply(answer for answer in answers if not isinstance(answer, Pending))
        return Pending(_gather(answers), len(pending), all(one.cancellable for one in pending))

    def refuse(self, error: DeskError, request_id: bytes = b"null") -> bytes:
        """The error line for a refusal that belongs to no handler."""
        data = ErrorData(kind=error.kind, retryable=error.retryable, text=self._cashier_text(error.sentence))
        return error_reply(request_id, error.code, str(error), data)

    def _answer_one(self, request: Call | Rejected, caller: Caller) -> Answer:
        if isinstance(request, Rejected):
            return request.reply()
        route = self._routes.get(request.method)
        if route is None:
            return _told(request, METHOD_NOT_FOUND)
        with _Guard(self, request) as guard:
            if route.method.local or route.method.admin:
                self._check_right(request.method, route.method, caller)
            outcome = route.handler(route.decode(request.params), caller)
            if hasattr(outcome, "__await__"):  # inspect.isawaitable takes ten times as long
                guard.hand_over()
                return Pending(self._wait(request, outcome), 1, route.method.cancellable)
            return _reply(request, outcome)
        return guard.reply

    def _check_right(self, name: str, method: Method, caller: Caller) -> None:
        """NotPermitted, with a line in the log, for what this caller may not call."""
        if method.local and not caller.is_process:
            why = f"{name} is for programs on this machine's socket"
        elif method.admin and not self._is_admin(caller):
            why = f"{name} is for administrators"
        else:
            return
        log.warning("call_refused", method=name, **caller.told())
        raise NotPermitted(why)

    async def _wait(self, call: Call, outcome: Awaitable[object]) -> Reply:
        with _Guard(self, call) as guard:
            return _reply(call, await outcome)
        return guard.reply


class _Guard:
    """The one boundary between handlers and clients.

    A refusal becomes its error reply. Anything else is a defect: it is logged with its traceback here, and costs its
    caller a -32603 instead of the connection with all its other requests. Cancellation passes through.
    """

    __slots__ = ("_call", "_dispatcher", "_is_over", "_started", "reply")

    def __init__(self, dispatcher: Dispatcher, call: Call) -> None:
        self._dispatcher = dispatcher
        self._call = call
        self._started = perf_counter()
        self._is_over = True
        self.reply: Reply = None

    def hand_over(self) -> None:
        """The call goes on under another guard, which will tell how long it took."""
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if isinstance(error, InvalidParams):
            self.reply = _told(self._call, INVALID_PARAMS, str(error))
        elif isinstance(error, DeskError):
            self.reply = None if self._call.id is None else self._dispatcher.refuse(error, self._call.id)
        elif isinstance(error, Exception):
            log.error("request_failed", method=self._call.method, exc_info=error)
            self.reply = _told(self._call, INTERNAL_ERROR)
        if self._is_over:
            self._dispatcher.meter.answered(self._call.method, _outcome(error), perf_counter() - self._started)
        return isinstance(error, Exception)


def _outcome(error: BaseException | None) -> str:
    """What a call came to, in one word."""
    if error is None:
        return "ok"
    if isinstance(error, DeskError):
        return error.kind
    if isinstance(error, InvalidParams):
        return "invalid_params"
    return "defect" if isinstance(error, Exception) else "cut_off"


def _reply(call: Call, outcome: object) -> Reply:
    if call.id is None:
        return None
    return result_reply(call.id, Empty() if outcome is None else outcome)


def _told(call: Call, code: int, detail: str = "") -> Reply:
    return None if call.id is None else error_reply(call.id, code, meaning(code, detail))


async def _gather(answers: list[Answer]) -> Reply:
    """All answers of a batch as one array, in its order."""
    waited = await asyncio.gather(*(one.coroutine for one in answers if isinstance(one, Pending)))
    replies = iter(waited)
    return batch_reply(next(replies) if isinstance(one, Pending) else one for one in answers)
