"""The code by which a customer confirms that points are spent: its provider sends it, the till compares it."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A till's clock may be far off: whatever it makes of the provider's time, a code is good for a minute at least, and a
# customer who has not told it after a quarter of an hour has left.
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code on its way to a customer. code: text, for leading zeros matter; it is shown and logged nowhere.

    channel: "sms" or what else the provider calls it, "" = not told. expires_at: None = not told.
    """

    code: str = field(repr=False)
    channel: str = ""
    expires_at: datetime | None = None

    def is_told(self, told: str) -> bool:
        """True for the code itself, whatever spaces the cashier typed with it."""
        return hmac.compare_digest("".join(told.split()).encode(), self.code.encode())

    def life(self, at: datetime) -> timedelta:
        """How long it is good for, from `at` on."""
        return LONGEST if self.expires_at is None else min(max(self.expires_at - at, SHORTEST), LONGEST)
