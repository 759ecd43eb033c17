"""What devices tell: a scan, and a change of state. Frozen values, UnifiedPOS words."""

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

    scan_data: the bytes as they came, without framing (STX, terminator), AIM identifier included.
    scan_data_label: the decoded text without the AIM identifier.
    scan_data_type: symbology by its AIM name ("EAN-13", "Code 128", "QR" ...), None when not told.
    """

    device: str
    scan_data: bytes
    scan_data_label: str
    scan_data_type: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusUpdateEvent:
    """A device changed state; `reason` is one sentence for the installer."""

    device: str
    state: DeviceState
    at: datetime
    reason: str = ""
