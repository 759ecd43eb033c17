"""From the text of a paper template to lines that a printer takes.

---                a line of dashes          [qr] DATA         a QR code
LEFT | RIGHT       two columns               [barcode] DATA    a barcode: EAN-13 where it is one, else Code 128
# TEXT             large, in the middle      [cut]             the cutter
= TEXT             in the middle
* TEXT             bold
"""

from collections.abc import Callable

from bridge.domain.moves import PaperLine
from bridge.wording.marks import without_marks

_COLUMNS = " | "
_ALONE = {"---": PaperLine(divider=True), "[cut]": PaperLine(cut=True)}
_BEFORE_TEXT: dict[str, Callable[[str], PaperLine]] = {
    "#": lambda text: PaperLine(text=text, bold=True, double=True, align="center"),
    "=": lambda text: PaperLine(text=text, align="center"),
    "*": lambda text: PaperLine(text=text, bold=True),
    "[qr]": lambda text: PaperLine(qr=text),
    "[barcode]": lambda text: PaperLine(barcode=text),
}


def paper_lines(text: str) -> tuple[PaperLine, ...]:
    """A line each; no paper at all where nothing but blanks came out."""
    lines = text.rstrip().split("\n")
    return tuple(_line(line.rstrip()) for line in lines) if without_marks(text).strip() else ()


def _line(line: str) -> PaperLine:
    """Marks count where the template has them: before a value stands a character of the engine's."""
    if line in _ALONE:
        return _ALONE[line]
    mark, _, rest = line.partition(" ")
    text = without_marks(rest).strip()
    if mark in _BEFORE_TEXT and text:
        return _BEFORE_TEXT[mark](text)
    left, bar, right = f"{line} ".partition(_COLUMNS)  # a value that is not known leaves nothing behind the bar
    if bar:
        return PaperLine(left=without_marks(left).strip(), right=without_marks(right).strip())
    return PaperLine(text=without_marks(line))
