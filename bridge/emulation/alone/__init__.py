"""One emulated device on its own, for any POS software: no till, no provider, no configuration.

printer.py   `pos-bridge emulate-printer`
display.py   `pos-bridge emulate-display`
keys.py      what a person does to it: keys, and the same by signals or through a pipe
"""

from bridge.emulation.alone.display import DisplayChoice, show_display
from bridge.emulation.alone.printer import PrinterChoice, show_printer

__all__ = ["DisplayChoice", "PrinterChoice", "show_display", "show_printer"]
