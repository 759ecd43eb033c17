"""Where a device is, as the configuration writes it: `scheme://where?settings`.

    serial://PATH?baud=9600&bits=8&parity=none|even|odd&stop=1|2&flow=none|xonxoff|rtscts|dsrdtr
    lp://PATH    input://PATH    hidraw://PATH    tcp://HOST:9100    usb://VID:PID[:SERIAL]

In place of PATH: `by-id/VID:PID[:SERIAL]` or `by-port/1-4.3`, a USB device by what it says of itself or by the
socket that it is plugged into. A kernel's name (/dev/ttyUSB0) changes with the order of plugging; these don't.
"""

from devices.endpoints.parsing import GENERIC_CHIPS, EndpointError, parse_endpoint
from devices.endpoints.values import (
    Endpoint,
    Flow,
    HidrawEndpoint,
    Identity,
    InputEndpoint,
    LpEndpoint,
    NodeEndpoint,
    Parity,
    SerialEndpoint,
    TcpEndpoint,
    UsbEndpoint,
    UsbId,
    UsbPort,
)

__all__ = [
    "GENERIC_CHIPS",
    "Endpoint",
    "EndpointError",
    "Flow",
    "HidrawEndpoint",
    "Identity",
    "InputEndpoint",
    "LpEndpoint",
    "NodeEndpoint",
    "Parity",
    "SerialEndpoint",
    "TcpEndpoint",
    "UsbEndpoint",
    "UsbId",
    "UsbPort",
    "parse_endpoint",
]
