"""What the shop has set in MAXMA's cabinet, and the codes by which customers confirm what it wants confirmed."""

import time

import structlog

from bridge.domain.confirmation import SentCode
from bridge.domain.errors import DeskError, ProviderUnavailable
from bridge.domain.moves import Away, Unknown
from bridge.domain.personal import CardNumber
from bridge.providers.http import HttpCaller
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.errors import ErrorReply
from bridge.providers.maxma.lookups import MaxmaLookups
from bridge.providers.maxma.settings import MaxmaSettings

log = structlog.get_logger(__name__)

# How long what the cabinet says is taken for true.
CABINET_S = 3600.0


class Cabinet:
    """MAXMA API, methods /get-settings and /send-confirmation-code."""

    def __init__(self, http: HttpCaller, lookups: MaxmaLookups, settings: MaxmaSettings) -> None:
        self._http = http
        self._lookups = lookups
        self._settings = settings
        self._wants_code = False
        self._due = 0.0

    @property
    def is_due(self) -> bool:
        """True when `wants_code` would ask."""
        return time.monotonic() >= self._due

    async def wants_code(self) -> bool:
        """True where spending points must be confirmed; asked once an hour. Never raises: what was last known stays."""
        if self.is_due:
            try:
                self._wants_code = await self._asked()
            except ProviderUnavailable:
                return self._wants_code
            except DeskError as error:
                log.warning("provider_settings_refused", provider=self._settings.name, reason=str(error))
            self._due = time.monotonic() + CABINET_S
        return self._wants_code

    async def send_code(self, card: CardNumber) -> SentCode | None:
        """Within the deadline of a move: a message takes longer than a lookup, and once sent its code must be known."""
        if not await self.wants_code():
            return None
        body = requests.encode(requests.client_keys(card))
        reply = await self._http.move("/send-confirmation-code", body, shapes.reader(shapes.CodeReply, replies.to_code))
        if isinstance(reply, Away | Unknown):
            raise ProviderUnavailable(reply.reason, reply.retry_after_s if isinstance(reply, Away) else None)
        if isinstance(reply, ErrorReply):
            raise self._lookups.failure(reply)
        return reply

    async def _asked(self) -> bool:
        body = requests.get_settings(self._settings)
        return await self._lookups.answer("/get-settings", body, shapes.SettingsReply, replies.wants_confirmation)
