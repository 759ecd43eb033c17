"""What follows from a configured printer's model: its profile, its paper, what it cannot print."""

from collections.abc import Callable

from bridge.config.model import Printer
from bridge.desk.printing.queue import PrinterQueue
from bridge.pos import messages as m
from devices.codecs.escpos import encode
from devices.documents import Printout
from devices.printers.profiles import PROFILES, Profile, override


def profile_of(printer: Printer) -> Profile:
    """Its model's, with what the configuration has otherwise."""
    return override(
        PROFILES[printer.profile],
        columns=printer.columns,
        encoding=printer.encoding,
        codepage=printer.codepage,
        cut=printer.cut,
        status=printer.status,
    )


def paper_of(profile: Profile) -> m.Paper:
    return m.Paper(columns=profile.columns, encoding=profile.encoding)


def queue_of(printer: Printer) -> PrinterQueue:
    return PrinterQueue(check_of(profile_of(printer)), printer.print_within)


def check_of(profile: Profile) -> Callable[[Printout], object]:
    """Raises UnprintableElement (a ValueError) for what this model cannot print."""
    return lambda printout: encode(printout, profile)
