"""Printed paper as HTML: widths by characters, bold and double as printed, symbols as symbols, the cut torn off."""

from collections.abc import Iterator, Sequence

import segno
from markupsafe import Markup

from devices.codecs.escpos_view import Line, Page, Symbol

# A person looks at the last few slips; a till that runs for weeks has printed more.
PAGES_SHOWN = 5


def paper_picture(pages: Sequence[Page], columns: int) -> Markup:
    """The newest pages, the newest last."""
    return Markup("").join(_page(page, columns) for page in pages[-PAGES_SHOWN:])


def _page(page: Page, columns: int) -> Markup:
    cut = Markup('<div class="cut cut-{}" aria-label="✂"></div>').format(page.cut) if page.cut else Markup("")
    return Markup('<div class="slip">{}{}</div>').format(Markup("").join(_items(page, columns)), cut)


def _items(page: Page, columns: int) -> Iterator[Markup]:
    for item in page.items:
        if isinstance(item, Symbol):
            yield _symbol(item)
        else:
            yield from _lines(item, columns)


def _lines(line: Line, columns: int) -> Iterator[Markup]:
    """Broken where the paper ends, as a printer does."""
    width = columns // 2 if line.double else columns
    classes = " ".join(["line", *["bold"] * line.bold, *["double"] * line.double])
    for start in range(0, max(len(line.text), 1), width):
        piece = line.text[start : start + width]
        place = {"left": "<", "center": "^", "right": ">"}[line.align]
        yield Markup('<pre class="{}">{}</pre>').format(classes, f"{piece:{place}{width}}".rstrip() or " ")


def _symbol(symbol: Symbol) -> Markup:
    if symbol.kind == "QR":
        picture = Markup(segno.make(symbol.data, micro=False).svg_inline(scale=3, border=2, omitsize=True))  # noqa: S704 - segno's own drawing
    else:
        picture = Markup('<span class="bars" aria-hidden="true"></span>')
    return Markup('<figure class="symbol align-{}">{}<figcaption>{} {}</figcaption></figure>').format(
        symbol.align, picture, symbol.kind, symbol.data
    )
