"""Models that say by vendor and product alone what they are for: udev's rules and `suggest` know them.

Only ids that their maker gave to such a device. Never those of a chip: in a converter that calls itself 1a86:7523,
0403:6001 or 0483:5740 there may be scales, a card terminal or a door. usb.ids 2025.07.26 unless a row says more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Role = Literal["scanner", "display", "printer"]


@dataclass(frozen=True, slots=True)
class Model:
    """vendor, product: four hex digits each; `?` in product is any digit, where a maker numbers the modes of one model.

    profile: of a printer, what the configuration calls the like of it.
    """

    vendor: str
    product: str
    role: Role
    name: str
    profile: str = ""

    def fits(self, vendor: int, product: int) -> bool:
        return f"{vendor:04x}" == self.vendor and fnmatchcase(f"{product:04x}", self.product)


def _scanners(vendor: str, make: str, *products: str) -> Iterator[Model]:
    return (Model(vendor, product, "scanner", make) for product in products)


def _printers(vendor: str, make: str, profile: str, *products: str) -> Iterator[Model]:
    return (Model(vendor, product, "printer", make, profile) for product in products)


# A scanner has another product number in each of its modes: keyboard, serial port, HID POS.
MODELS: tuple[Model, ...] = (
    *_scanners("05e0", "Zebra (Symbol) scanner", "1200", "1701", "1a00"),
    *_scanners("05f9", "Datalogic Gryphon scanner", "2206", "220c", "4204"),
    *_scanners("05f9", "Datalogic scanner", "2202", "2601", "2602"),
    *_scanners("065a", "Opticon scanner", "0001", "0009"),
    *_scanners("067e", "Intermec scanner", "0801", "0803"),
    *_scanners("0c2e", "Metrologic scanner", "0200", "0204", "0206", "0700", "0720"),
    *_scanners("0c2e", "Honeywell scanner", "0b61", "0b6a", "0b81"),
    *_scanners("0c2e", "Honeywell scanner", "0900", "0901"),  # udev rules of public projects
    *_scanners("0db5", "Access IS reader", "0139", "013a", "013b"),
    # The last two digits are the mode: 03 keyboard, 06 serial port, 10 HID POS.
    *_scanners("1eab", "Newland scanner", "??03", "??06", "??10"),
    *_scanners("1fbb", "Cino scanner", "3850"),  # udev rules of VotingWorks
    *_scanners("27dd", "Mindeo scanner", "0002"),
    *_printers("0404", "NCR receipt printer", "epson-80", "0311", "0312"),
    *_printers("04b8", "Epson receipt printer", "epson-80", "0202", "0e03", "0e31"),
    *_printers("04b8", "Epson receipt printer", "epson-80", "0e15"),  # TM-T20II, of public projects
    *_printers("0519", "Star receipt printer", "star-80", "0003"),
    *_printers("0aa7", "Wincor receipt printer", "epson-80", "030?"),
    *_printers("0dd4", "Custom receipt printer", "epson-80", "0237"),
    *_printers("1504", "Bixolon receipt printer", "epson-80", "001f"),
    *_printers("1d90", "Citizen receipt printer", "epson-80", "20f0"),
    *_printers("2730", "Citizen receipt printer", "epson-80", "2002"),
)

# Under the id of a chip's maker, so that it says nothing until the node is a printer's (usblp).
PRINTERS_BY_CHIP: tuple[Model, ...] = (
    *_printers("0416", "58 mm receipt printer (POS58)", "xprinter-58", "5011"),
    *_printers("0483", "Xprinter and its likes", "xprinter-80", "5743"),
    *_printers("0fe6", "Rongta receipt printer", "rongta-80", "811e"),
    *_printers("6868", "58 mm receipt printer (Zijiang)", "xprinter-58", "0500"),
)


def model_of(vendor: int, product: int, *, is_printer: bool = False) -> Model | None:
    """None: nobody can say. is_printer: the kernel has made a printer's node of it."""
    tables = (MODELS, PRINTERS_BY_CHIP) if is_printer else (MODELS,)
    return next((model for table in tables for model in table if model.fits(vendor, product)), None)
