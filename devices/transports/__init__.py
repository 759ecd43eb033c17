"""What moves bytes: one opener for each kind of endpoint."""

from devices.endpoints import Endpoint, LpEndpoint, SerialEndpoint, TcpEndpoint, UsbEndpoint
from devices.errors import Unsupported
from devices.transports.base import WRITE_TIMEOUT_S, ByteStream
from devices.transports.character_device import open_character_device
from devices.transports.serial_port import open_serial
from devices.transports.tcp import open_tcp

__all__ = ["ByteStream", "open_transport"]


async def open_transport(endpoint: Endpoint, write_timeout_s: float = WRITE_TIMEOUT_S) -> ByteStream:
    """Open what is at `endpoint`. Raises the DeviceError that says why it cannot be.

    Unsupported: input:// and hidraw:// are no byte streams.
    """
    match endpoint:
        case SerialEndpoint():
            return await open_serial(endpoint, write_timeout_s)
        case LpEndpoint():
            return await open_character_device(endpoint, write_timeout_s)
        case TcpEndpoint():
            return await open_tcp(endpoint, write_timeout_s)
        case UsbEndpoint():
            from devices.transports.usb_bulk import open_usb  # noqa: PLC0415 - 3 MB that few tills need

            return await open_usb(endpoint, write_timeout_s)
        case _:
            raise Unsupported(str(endpoint), "is no byte stream: use serial://, lp://, tcp:// or usb://")
