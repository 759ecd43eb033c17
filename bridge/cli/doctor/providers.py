"""Does each provider answer, with a certificate that holds, at our time of the day, and does it take our key?"""

import http.client
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.visit import Visit
from bridge.providers.card_file.members import CardFileError, load_members

ANSWERS_WITHIN_S = 5.0
# Signed requests and certificates are judged by the clock; a minute is no clock that is set.
SKEW_S = 60.0
EXPIRES_SOON_S = 14 * 86400.0
_SALES_GO_ON = "sales go on without points; they accrue later"


@dataclass(frozen=True, slots=True)
class Answer:
    """at: the server's clock, where it tells it. expires_in_s: of its certificate."""

    status: int
    at: datetime | None
    expires_in_s: float | None


def check_providers(visit: Visit) -> Iterator[Finding]:
    states = {each["name"]: each["state"] for each in (visit.status or {}).get("providers", [])}
    for provider in visit.config.providers if visit.config else ():
        subject = f"provider {provider.name}"
        if provider.path is not None:
            yield _members(subject, provider.path)
        elif provider.base_url:
            yield from _at(subject, str(provider.base_url))
        if states.get(provider.name) == "refused":
            yield Finding(
                subject,
                Level.WRONG,
                "it answers, and refuses us",
                _SALES_GO_ON,
                "compare its credential and [till] store with its cabinet, then: systemctl restart pos-bridge",
            )


def _members(subject: str, path: Path) -> Finding:
    try:
        load_members(path)
    except CardFileError as error:
        return Finding(subject, Level.WRONG, str(error), "the last good list serves on", "mend that line")
    return well(subject, f"{path} can be read")


def _at(subject: str, url: str) -> Iterator[Finding]:
    try:
        answer = ask(url)
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            subject,
            Level.WRONG,
            f"{url}: its certificate does not hold: {error.verify_message}",
            _SALES_GO_ON,
            "timedatectl; apt install --only-upgrade ca-certificates",
        )
        return
    except http.client.RemoteDisconnected:
        yield Finding(subject, Level.NOTE, f"{url} takes connections, and answers no request without a key")
        return
    except (OSError, http.client.HTTPException) as error:
        host = urlsplit(url).hostname
        yield Finding(
            subject,
            Level.WRONG,
            f"{url}: {getattr(error, 'strerror', None) or error}",
            _SALES_GO_ON,
            f"getent hosts {host}; ping {host}",
        )
        return
    yield from _judged(subject, url, answer, datetime.now(UTC))


def _judged(subject: str, url: str, answer: Answer, now: datetime) -> Iterator[Finding]:
    yield well(subject, f"{url} answers ({answer.status})")
    skew = (now - answer.at).total_seconds() if answer.at else 0.0
    if abs(skew) > SKEW_S:
        what = f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the provider's"
        yield Finding(
            subject, Level.WRONG, what, "receipts have a wrong time, certificates fail", "timedatectl set-ntp true"
        )
    if answer.expires_in_s is not None and answer.expires_in_s < EXPIRES_SOON_S:
        days = answer.expires_in_s / 86400
        yield Finding(subject, Level.NOTE, f"its certificate ends in {days:.0f} days", mend="tell the provider")


def ask(url: str) -> Answer:
    """One request without our key: a server's refusal is an answer too. OSError, HTTPException: none came."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path or "/"
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=ANSWERS_WITHIN_S, context=_authorities())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=ANSWERS_WITHIN_S)
    )
    try:
        connection.request("HEAD", path, headers={"User-Agent": "pos-bridge-doctor"})
        expires = _expires_in_s(connection.sock) if isinstance(connection.sock, ssl.SSLSocket) else None
        reply = connection.getresponse()
        return Answer(reply.status, _time(reply.getheader("Date")), expires)
    finally:
        connection.close()


def _authorities() -> ssl.SSLContext:
    """Those of the daemon: the system's, and ours for an image that is old."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _expires_in_s(connection: ssl.SSLSocket) -> float | None:
    certificate = connection.getpeercert() or {}
    ends = certificate.get("notAfter")
    return ssl.cert_time_to_seconds(ends) - datetime.now(UTC).timestamp() if isinstance(ends, str) else None


def _time(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
