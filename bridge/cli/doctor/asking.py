"""A printer asked for its status without a daemon: DLE EOT 1 to 4, as it answers and in words."""

import asyncio
from collections.abc import Iterator

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.mending import COSTS, mend_place
from bridge.cli.doctor.visit import Visit
from bridge.config.model import Printer
from bridge.daemon.printer_models import profile_of
from devices.codecs.escpos.status import REAL_TIME_QUERIES, PrinterStatus, RealTimeReply, StatusDecoder
from devices.endpoints import parse_endpoint
from devices.errors import DeviceError, DeviceNotFound
from devices.transports import open_transport

ANSWERS_WITHIN_S = 1.0


def check_printers(visit: Visit) -> Iterator[Finding]:
    """A running daemon has them open, and tells what they say."""
    if visit.status is None and visit.config is not None:
        yield from (found for printer in visit.config.printers if (found := _asked(printer)))


def _asked(printer: Printer) -> Finding | None:
    """None where it is not there: check_nodes says so."""
    subject = f"printer {printer.name}"
    try:
        replies = asyncio.run(real_time_status(printer))
    except DeviceError as error:
        if isinstance(error, DeviceNotFound) and not printer.endpoint.startswith("tcp:"):
            return None
        what = f"{printer.endpoint}: {error.what}"
        return Finding(subject, Level.WRONG, what, COSTS["printer"], mend_place(printer.endpoint, error.what))
    said = " ".join(f"{reply.bits:02x}" for reply in replies)
    if len(replies) < len(REAL_TIME_QUERIES):
        answers = profile_of(printer).status
        what = f"DLE EOT: {said or 'no answer'}; paper and cover are not known"
        return Finding(subject, Level.NOTE, what, mend="status = false, if this model never answers" if answers else "")
    status = PrinterStatus.of_replies(replies)
    near = ", the paper is near its end" if status.is_paper_near_end and not status.is_paper_out else ""
    if status.trouble:
        what = f"DLE EOT: {said}: {status.trouble}"
        return Finding(subject, Level.WRONG, what, COSTS["printer"], mend_place(printer.endpoint, status.trouble))
    return well(subject, f"DLE EOT: {said}: it can print{near}")


async def real_time_status(printer: Printer) -> list[RealTimeReply]:
    """Its replies, in order, until one does not come. DeviceError: it cannot be opened."""
    stream = await open_transport(parse_endpoint(printer.endpoint))
    decoder, replies = StatusDecoder(), list[RealTimeReply]()
    try:
        for query in REAL_TIME_QUERIES:
            await stream.write(query)
            asked = len(replies)
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                while len(replies) == asked:
                    said = decoder.feed(await stream.read())
                    replies += (reply for reply in said if isinstance(reply, RealTimeReply))
    except TimeoutError:
        return replies
    finally:
        await stream.aclose()
    return replies[: len(REAL_TIME_QUERIES)]
