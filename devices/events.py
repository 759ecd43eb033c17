"""What devices tell: a scan, what is none, and a change of state. Frozen values, UnifiedPOS words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeviceState(StrEnum):
    """As `device.list` says it. The last three are a printer's."""

    ONLINE = "online"
    ABSENT = "absent"
    FAULT = "fault"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DataEvent:
    """One complete scan.

    scan_data: the bytes as they came, without framing (STX, terminator); with the AIM identifier, where that came among
    them and not beside them, as in a HID POS report.
    scan_data_label: the decoded text without the AIM identifier.
    scan_data_type: symbology by its AIM name ("EAN-13", "Code 128", "QR" ...), None when not told.
    prefix, terminator: the framing around scan_data as it came; b"" where the scanner sends none.
    keys: of a keyboard scanner the struct input_event records that it sent, else b"".
    """

    device: str
    scan_data: bytes
    scan_data_label: str
    scan_data_type: str | None
    at: datetime
    prefix: bytes = b""
    terminator: bytes = b""
    keys: bytes = b""

    @property
    def wire(self) -> bytes:
        """The whole scan as the scanner sent it."""
        return self.prefix + self.scan_data + self.terminator


@dataclass(frozen=True, slots=True)
class Remainder:
    """What a scanner sent and no scan holds: Enter after a pause or alone, the LF of a CR LF, keys that type nothing.

    And the beginning of a code that was cut off. framing: its bytes, b"" where it has none. keys: of a keyboard scanner
    the records, else b"".
    """

    framing: bytes
    at: datetime
    keys: bytes = b""


@dataclass(frozen=True, slots=True)
class StatusUpdateEvent:
    """A device changed state; `reason` is one sentence for the installer.

    opened: it was found and opened. claimed: nobody else has it meanwhile. enabled: it does its work.
    """

    device: str
    state: DeviceState
    at: datetime
    reason: str
    opened: bool
    claimed: bool
    enabled: bool
