"""Every "no" of the HTTP side: a status, and a body that is a JSON-RPC error, so that a client parses one shape."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from bridge.domain.errors import DeskError
from bridge.pos.jsonrpc import INTERNAL_ERROR, INVALID_REQUEST, NULL, error_reply, meaning

Refuse = Callable[[DeskError], bytes]
"""The error line of a desk's refusal: Dispatcher.refuse."""

JSON = "application/json"


class Refused(Exception):
    """status: as HTTP has it. reason: one word for the log. error: the desk's own, or words for an invalid request."""

    def __init__(
        self, status: int, reason: str, error: DeskError | str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(error))
        self.status = status
        self.reason = reason
        self._error = error
        self._headers = headers

    def response(self, refuse: Refuse) -> Response:
        """Leaves the connection open: the rest of the request is then read away, and the answer arrives."""
        if isinstance(self._error, DeskError):
            body = refuse(self._error)
        else:
            code = INTERNAL_ERROR if self.status == 500 else INVALID_REQUEST
            body = error_reply(NULL, code, meaning(code, self._error))
        return Response(body, self.status, self._headers, JSON)
