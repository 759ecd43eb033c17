"""`--print-test`: a page on each printer, through the daemon where one runs, else straight to the printer."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from bridge import __version__
from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.mending import mend_place
from bridge.cli.doctor.test_page import PaperFacts, page_of
from bridge.cli.doctor.visit import Visit
from bridge.config.model import Config, Printer
from bridge.daemon.printer_models import profile_of
from bridge.desk.printing.paper import printout_of
from bridge.desk.printing.serving import SAYS_NOTHING
from bridge.domain.moves import PaperLine
from bridge.pos.client import CallError, Unreachable
from bridge.pos.views import paper_view
from devices.documents import Printout
from devices.endpoints import TcpEndpoint, parse_endpoint
from devices.errors import DeviceError
from devices.printers.escpos import EscPosPrinter
from devices.printers.network import NetworkPrinter
from devices.printers.profiles import Profile
from devices.together import first_of
from devices.transports import open_transport

# A page takes three seconds; the rest is for whoever stands there with a roll in the hand.
PRINTED_WITHIN_S = 20.0
POLL_S = 0.2
_LOOK = "compare it with docs/devices/escpos-printers.md: width, letters, equal lines, bold, QR code, cut"
_WAITS = "no receipt can be printed"


def print_test(visit: Visit) -> Iterator[Finding]:
    """A finding for each printer of the till."""
    if visit.status is not None:
        printers = [each for each in visit.status.get("devices", []) if each["role"] == "printer"]
        yield from (_by_daemon(visit, printer) for printer in printers)
    elif visit.config is not None:
        printers = list(visit.config.printers)
        yield from (_directly(visit.config, printer) for printer in visit.config.printers)
    else:
        yield Finding("print test", Level.WRONG, "neither a daemon nor a configuration says where a printer is")
        return
    if not printers:
        yield Finding("print test", Level.WRONG, "no printer is configured", mend="add [[printers]]")


def _by_daemon(visit: Visit, printer: dict[str, Any]) -> Finding:
    subject, paper = f"print {printer['name']}", printer["paper"]
    facts = PaperFacts(paper["columns"], paper["encoding"])
    lines = msgspec.to_builtins(paper_view(_page(visit.config, printer["name"], facts)))
    try:
        job = visit.ask("printer.print", lines=lines, device=printer["name"], request_id=f"doctor/{uuid4()}")
        job = _followed(visit, job)
    except (CallError, Unreachable) as error:
        return Finding(subject, Level.WRONG, f"not printed: {error}", _WAITS, mend_place(printer["endpoint"], ""))
    return _finding(subject, job["state"], job["reason"] or "", printer["endpoint"])


def _followed(visit: Visit, job: dict[str, Any]) -> dict[str, Any]:
    """The job once it has ended, or as it is when nobody wants to wait any longer."""
    until = time.monotonic() + PRINTED_WITHIN_S
    while not _has_ended(job) and time.monotonic() < until:
        time.sleep(POLL_S)
        job = visit.ask("printer.job", job_id=job["job_id"])
    return job


def _has_ended(job: dict[str, Any]) -> bool:
    """`sent` is an end only of those papers of which nothing more is to be heard, and then says so."""
    return job["state"] in {"printed", "unknown", "failed"} or (job["state"] == "sent" and job["reason"] is not None)


def _directly(config: Config, printer: Printer) -> Finding:
    profile = profile_of(printer)
    facts = PaperFacts(profile.columns, profile.encoding)
    printout = printout_of(_page(config, printer.name, facts))
    subject = f"print {printer.name}"
    try:
        is_printed = asyncio.run(_printed(printer, profile, printout))
    except TimeoutError:
        return _finding(subject, "sent", f"nothing was heard of it for {PRINTED_WITHIN_S:g} s", printer.endpoint)
    except DeviceError as error:
        return _finding(subject, "failed", error.what, printer.endpoint)
    return _finding(subject, "printed" if is_printed else "sent", "" if is_printed else SAYS_NOTHING, printer.endpoint)


async def _printed(printer: Printer, profile: Profile, printout: Printout) -> bool:
    """As PosPrinter.print. TimeoutError: it did not come to an end."""
    endpoint = parse_endpoint(printer.endpoint)
    async with asyncio.timeout(PRINTED_WITHIN_S):
        if isinstance(endpoint, TcpEndpoint):
            return await NetworkPrinter(str(endpoint), lambda: open_transport(endpoint), profile).print(printout)
        stream = await open_transport(endpoint)
        try:
            driver = EscPosPrinter(stream, profile)
            printing = asyncio.ensure_future(driver.print(printout))
            await first_of(driver.run(), _ended(printing))
            return printing.result()
        finally:
            await stream.aclose()


async def _ended(printing: asyncio.Future[bool]) -> None:
    await printing


def _page(config: Config | None, name: str, facts: PaperFacts) -> tuple[PaperLine, ...]:
    till = f"{config.till.store} {config.till.name}, " if config else ""
    about = f"pos-bridge {__version__}, {till}{datetime.now().astimezone():%d.%m.%Y %H:%M}"
    return page_of(name, facts, config.till.language if config else "ru", about)


def _finding(subject: str, state: str, reason: str, place: str) -> Finding:
    match state:
        case "printed":
            return well(subject, f"the page is printed, says the printer: {_LOOK}")
        case "sent":
            return Finding(
                subject, Level.NOTE, f"the page was sent: {reason or 'the printer has not answered yet'}: {_LOOK}"
            )
        case "queued":
            what = f"the page waits: {reason or 'the printer has not taken it yet'}"
            return Finding(subject, Level.WRONG, what, _WAITS, mend_place(place, reason))
    what = f"cut off: {reason}" if state == "unknown" else f"not printed: {reason}"
    return Finding(subject, Level.WRONG, what, _WAITS, mend_place(place, reason))
