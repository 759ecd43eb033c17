"""Who may look at a real till's page: whoever shows the token, once; a cookie stands for it afterwards.

A page cannot send `Authorization`, and a token in an address would stand in histories and logs.
"""

import secrets
from collections import deque
from collections.abc import Callable

from starlette.requests import Request

COOKIE = "pos_bridge_panel"
LASTS_S = 12 * 3600.0
MAX_SESSIONS = 32
# A person mistypes now and then; a program guesses.
TRIES_A_MINUTE = 10


class Gate:
    """is_token: compared in a time that tells nothing. now: a monotonic clock, in seconds."""

    def __init__(self, is_token: Callable[[str], bool], now: Callable[[], float]) -> None:
        self._is_token = is_token
        self._now = now
        self._sessions: dict[str, float] = {}
        self._failures: deque[float] = deque(maxlen=TRIES_A_MINUTE)

    def admits(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(token.strip()):
            return True
        return self._sessions.get(request.cookies.get(COOKIE, ""), 0.0) > self._now()

    @property
    def is_besieged(self) -> bool:
        """Too many wrong tokens within a minute: none is looked at."""
        return len(self._failures) == TRIES_A_MINUTE and self._now() - self._failures[0] < 60

    def enter(self, token: str) -> str | None:
        """A new session for the right token; None for a wrong one."""
        if self.is_besieged or not self._is_token(token):
            self._failures.append(self._now())
            return None
        while len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        session = secrets.token_urlsafe(32)
        self._sessions[session] = self._now() + LASTS_S
        return session
