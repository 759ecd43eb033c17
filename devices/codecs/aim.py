"""AIM identifiers: "]", a letter for the symbology, a modifier.

ISO/IEC 15424; the tables of Datalogic KA-01477, NCR 7895 and Zebra DS457.
"""

_MODIFIERS = frozenset(b"0123456789ABCDEF")

_BY_LETTER: dict[str, str | None] = {
    "A": "Code 39",
    "C": "Code 128",
    "E": "EAN-13",
    "F": "Codabar",
    "G": "Code 93",
    "I": "ITF",
    "L": "PDF417",
    "Q": "QR",
    "X": None,  # the maker's own: Datalogic and Psion send UPC-A so
    "d": "DataMatrix",
    "e": "DataBar",
    "z": "Aztec",
}
# Where the modifier changes what the data is, and not only how it was checked.
_BY_IDENTIFIER = {
    "C1": "GS1-128",
    "C4": "ISBT 128",
    "E4": "EAN-8",
    "Q3": "GS1 QR",
    "d2": "GS1 DataMatrix",
}
# ]E0 stands for three symbologies, told apart by length; UPC-A sent as EAN-13 (13 digits, a leading 0) is EAN-13.
_E0_BY_LENGTH = {12: "UPC-A", 8: "UPC-E", 7: "UPC-E", 6: "UPC-E"}

# Every name that a scan's symbology can have.
SYMBOLOGIES = tuple(sorted({*filter(None, _BY_LETTER.values()), *_BY_IDENTIFIER.values(), *_E0_BY_LENGTH.values()}))


def split_identifier(scan: bytes) -> tuple[str | None, bytes]:
    """Symbology by its AIM name, and the data. (None, scan) when no identifier stands at its start."""
    if not scan.startswith(b"]"):
        return None, scan
    letter = scan[1:2].decode("ascii", "replace")
    if len(scan) <= 3 or letter not in _BY_LETTER or scan[2] not in _MODIFIERS:
        return None, scan
    identifier, data = scan[1:3].decode("ascii"), scan[3:]
    if identifier == "E0":
        return _E0_BY_LENGTH.get(len(data), "EAN-13"), data
    return _BY_IDENTIFIER.get(identifier, _BY_LETTER[letter]), data


def decode_text(data: bytes) -> str:
    """UTF-8, else cp1251: the two that Russian QR codes are made in. Never fails."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")
