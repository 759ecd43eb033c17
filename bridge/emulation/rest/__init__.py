"""An emulated loyalty system for the profiles that come with the product: a real HTTP server with true books.

Its format is ours, not LoCards' nor CardLab's, which are not public; each of its replies says so.
"""

from bridge.emulation.rest.emulator import NOTICE, RestEmulator
from bridge.emulation.rest.ledger import EmulatedCard

__all__ = ["NOTICE", "EmulatedCard", "RestEmulator"]
