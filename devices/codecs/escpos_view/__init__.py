"""ESC/POS bytes as what stands on the paper: for emulated printers and tests."""

from devices.codecs.escpos_view.pages import Line, Page, Symbol
from devices.codecs.escpos_view.paper import CODE_PAGES, Paper

__all__ = ["CODE_PAGES", "Line", "Page", "Paper", "Symbol"]
