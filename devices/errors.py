"""The one tree of device errors, split by who can act.

    DeviceError
    ├── DeviceLost          it was open and went away, or is not there: reopening cures it
    │   └── DeviceNotFound  nothing answers at the endpoint
    ├── DeviceBusy          another process holds it: reopening cures it once that one lets go
    ├── PrinterNotReady     the printer says why it cannot print: nothing was sent, a person must act
    ├── JobInterrupted      a print job was cut off after its first byte: it may be on paper, in part or whole
    │   └── JobIncomplete   and it is known not to have come to its end: it may be repeated, marked as a repeat
    ├── DeviceTimeout       it is there and takes no bytes (paper out, flow control): retrying may cure it
    ├── PermissionMissing   the node may not be opened by this user: an installer must act
    └── Unsupported         the endpoint or the model cannot do this: the configuration must change

Library errors (OSError, serial.SerialException) are mapped to these once, in devices.transports.base.
"""


class DeviceError(Exception):
    """What happened, at which endpoint; `retryable` tells the supervisor whether reopening can help."""

    retryable = True

    def __init__(self, endpoint: str, what: str) -> None:
        super().__init__(f"{endpoint}: {what}")
        self.endpoint = endpoint
        self.what = what


class DeviceLost(DeviceError):
    """The device was unplugged, hung up or closed under us."""


class DeviceNotFound(DeviceLost):
    """Nothing is at the endpoint (no such node, nobody listens)."""


class DeviceBusy(DeviceError):
    """Another process holds the device."""


class PrinterNotReady(DeviceError):
    """The printer's own status says that it cannot print (paper out, cover open): nothing of the job was sent."""


class JobInterrupted(DeviceError):
    """Bytes of a print job went out and nobody can say how much is on paper: never repeat it unasked."""


class JobIncomplete(JobInterrupted):
    """Some of the job never reached the printer, or the printer lost it: what is on paper is not the whole."""


class DeviceTimeout(DeviceError):
    """The device takes no more bytes."""


class PermissionMissing(DeviceError):
    """The daemon's user may not open the node."""


class Unsupported(DeviceError):
    """This endpoint or model cannot do what was asked."""

    retryable = False
