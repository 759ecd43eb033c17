"""Settings that load and cannot be right all the same: letters come out wrong, or nobody sees them."""

from collections.abc import Iterator

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.visit import Visit
from bridge.config.model import Display
from bridge.daemon.printer_models import profile_of

_WHY = "Cyrillic comes out as other letters"
# Command sets that have a command for the code page (devices.codecs.displays); the others' is set by DIP switches.
_SELECTABLE = frozenset({"epson", "cd5220", "logic-controls", "ba63"})


def check_code_pages(visit: Visit) -> Iterator[Finding]:
    for display in visit.config.displays if visit.config else ():
        yield _of_display(display)
    for printer in visit.config.printers if visit.config else ():
        profile = profile_of(printer)
        page = f"ESC t {profile.codepage}" if profile.codepage is not None else "none is chosen: by its switches"
        yield well(f"printer {printer.name}", f"{profile.encoding}, code page: {page}, {profile.columns} columns")


def _of_display(display: Display) -> Finding:
    selects = display.settings().codepage_select
    if selects or display.codepage_select is not None:
        chosen = bytes(selects).hex(" ") or "by its switches"
        return well(f"display {display.name}", f"{display.encoding}, code page: {chosen}")
    how = 'codepage_select = "1b 74 NN", NN from its manual' if display.command_set in _SELECTABLE else ""
    return Finding(
        f"display {display.name}",
        Level.NOTE,
        f"{display.encoding}, and nothing is sent that chooses it: its switches must",
        _WHY,
        f'{how or "its DIP switches"}; once they are right: codepage_select = ""; see: pos-bridge doctor --show-test',
    )
