"""Where a till is tapped for its recordings: its devices, providers and clients, each under its name."""

from bridge.config.model import Config, Display, Printer, Scanner
from bridge.daemon.hardware import Hardware
from bridge.ports import Tap
from bridge.recording.entries import CLIENT, DEVICE, PROVIDER
from bridge.recording.wire import Wire
from devices.endpoints import Endpoint, parse_endpoint
from devices.transports.tapped import TappedTransports


class TillTaps:
    """config: the one that is in force; a reload sets another."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.wire = Wire()

    def hardware(self, hardware: Hardware) -> Hardware:
        """The same, what passes between it and the drivers heard by whoever listens."""
        return Hardware(TappedTransports(hardware.transports, self.device), hardware.hotplug)

    def device(self, endpoint: Endpoint) -> Tap:
        """Of the device that the configuration has there."""
        name = next((row.name for row in self._rows() if parse_endpoint(row.endpoint) == endpoint), "unknown")
        return self.wire.tap(f"{DEVICE}/{name}")

    def endpoint_of(self, name: str) -> str:
        """Where the configuration has the device of this name; "" for one that it has no more."""
        return next((row.endpoint for row in self._rows() if row.name == name), "")

    def provider(self, name: str) -> Tap:
        return self.wire.tap(f"{PROVIDER}/{name}")

    def client(self, number: int) -> Tap:
        return self.wire.tap(f"{CLIENT}/{number}")

    def _rows(self) -> tuple[Scanner | Display | Printer, ...]:
        return (*self.config.scanners, *self.config.displays, *self.config.printers)
