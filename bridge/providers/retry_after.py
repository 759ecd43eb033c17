"""How long a peer asks to be left alone: RFC 9110, section 10.2.3."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_retry_after(value: str, date: str, now: datetime) -> float | None:
    """Seconds asked for by a Retry-After `value` (seconds or an HTTP date), None when it says nothing usable.

    `date` is the reply's own Date: a date is counted from the peer's clock where it tells it, tills' clocks are
    wrong too often.
    """
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return float(text)
    until = _http_date(text)
    if until is None:
        return None
    return max(0.0, (until - (_http_date(date) or now)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
