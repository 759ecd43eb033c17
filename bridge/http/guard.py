"""Who may ask: address, Host, Origin and token are looked at before anything else is.

Host and Origin: a page in some browser on this machine or in this network can send requests to us, and by DNS rebinding
even read what comes back. Its name for us then stands in Host, and its own in Origin; a cash program sends no Origin.
"""

from collections.abc import Callable, Iterator
from ipaddress import ip_address

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.domain.errors import NotPermitted
from bridge.http.refusals import Refuse, Refused
from bridge.http.settings import HttpSettings

log = structlog.get_logger(__name__)

# Says only that somebody is there; a monitor that has no token may look at it.
OPEN_PATHS = ("/health",)
# Fetch Metadata: what a browser says of a request that no other site made.
_OWN_SITES = {"same-origin", "none"}

Header = tuple[bytes, bytes]


class Guard:
    """ASGI middleware: refuses, or lets through."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: HttpSettings,
        refuse: Refuse,
        is_open: Callable[[str], bool] = OPEN_PATHS.__contains__,
    ) -> None:
        """is_open: paths for which no token is asked here."""
        self._is_open = is_open
        self._app = app
        self._settings = settings
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check(self._settings, scope, self._is_open)
        except Refused as refused:
            log.warning("http_refused", reason=refused.reason, status=refused.status, address=address_of(scope))
            await refused.response(self._refuse)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def check(settings: HttpSettings, scope: Scope, is_open: Callable[[str], bool] = OPEN_PATHS.__contains__) -> None:
    """Raises Refused for a request that may not come in."""
    headers: list[Header] = scope["headers"]
    if not settings.admits(address_of(scope)):
        raise _forbidden("address", "this address is not in [http] allow_from")
    host = _only(headers, b"host", "host")
    if host is None or not _is_own_host(settings, host):
        raise _forbidden("host", "the Host header is no address, not localhost and not in [http] hosts")
    _check_origin(headers, f"{scope['scheme']}://{host}")
    if not is_open(scope["path"]):
        _check_token(settings, headers)


def address_of(scope: Scope) -> str:
    """Whose request it is; "" when the client has gone before it could be asked."""
    return str(scope["client"][0]) if scope["client"] else ""


def _check_origin(headers: list[Header], own: str) -> None:
    """Whoever sends an Origin is a page in a browser; ours alone may."""
    origin = _only(headers, b"origin", "origin")
    site = _only(headers, b"sec-fetch-site", "origin")
    if (origin is not None and origin != own) or (site is not None and site not in _OWN_SITES):
        raise _forbidden("origin", "a page of another site may not call")


def _check_token(settings: HttpSettings, headers: list[Header]) -> None:
    scheme, _, token = (_only(headers, b"authorization", "token") or "").partition(" ")
    if scheme.lower() != "bearer" or not settings.is_token(token.strip()):
        raise Refused(401, "token", NotPermitted("the token is missing or wrong"), {"WWW-Authenticate": "Bearer"})


def _is_own_host(settings: HttpSettings, host: str) -> bool:
    """An address cannot be rebound, whatever port stands behind it."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and not host.endswith("]") else host
    name = name.strip("[]").lower()
    if name == "localhost" or name in settings.hosts:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _only(headers: list[Header], wanted: bytes, reason: str) -> str | None:
    """The value of a header; None when it is absent. One that stands twice means two things to two readers."""
    found = list(_values(headers, wanted))
    if len(found) > 1:
        raise _forbidden(reason, f"{wanted.decode()} stands twice")
    return found[0] if found else None


def _values(headers: list[Header], wanted: bytes) -> Iterator[str]:
    return (value.decode("latin-1") for name, value in headers if name == wanted)


def _forbidden(reason: str, why: str) -> Refused:
    return Refused(403, reason, NotPermitted(why))
