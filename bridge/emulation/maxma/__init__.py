"""An emulated MAXMA: a real HTTP server with true books, as faithful as the public documents of the API allow."""

from bridge.emulation.maxma.emulator import KEY, MaxmaEmulator
from bridge.emulation.maxma.ledger import EmulatedClient, RepeatedSet
from bridge.emulation.maxma.rules import Rules
from bridge.emulation.web.faults import Fault, FaultKind

__all__ = ["KEY", "EmulatedClient", "Fault", "FaultKind", "MaxmaEmulator", "RepeatedSet", "Rules"]
