"""The cash drawer that hangs on a printer: opened now or not at all, for one that opens by itself is a theft."""

from collections.abc import Mapping

from bridge.desk.printing.queue import PrinterQueue, named
from bridge.domain.errors import DeviceUnavailable
from devices.documents import DrawerPulse
from devices.errors import DeviceError, Unsupported


class Drawers:
    """The drawers of all printers."""

    def __init__(self, queues: Mapping[str, PrinterQueue]) -> None:
        self._queues = queues

    async def open(self, device: str | None, pin: int = 2, on_ms: int = 100) -> str:
        """The name of the printer that was told to. pin, on_ms: as DrawerPulse's.

        DeviceUnavailable: it is away, stopped, busy or not configured, and nothing opens later. ValueError: its model
        opens no drawer.
        """
        name = named(self._queues, device)
        printer = self._queues[name].printer
        if printer is None:
            raise DeviceUnavailable(f"printer {name} is away")
        try:
            await printer.open_drawer(DrawerPulse(pin, on_ms))
        except Unsupported as error:
            raise ValueError(str(error)) from error
        except DeviceError as error:
            raise DeviceUnavailable(f"printer {name}: {error.what}") from error
        return name
