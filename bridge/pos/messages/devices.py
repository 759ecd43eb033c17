"""The bridge itself, its devices, and what they show and print."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from bridge.pos.messages.base import Params, Result, TimeText
from bridge.pos.messages.sync import SyncSummary

BarcodeType = Literal["EAN13", "CODE128"]
AlignName = Literal["left", "center", "right"]
JobStateName = Literal["queued", "sent", "printed", "unknown", "failed"]
DeviceStateName = Literal["online", "absent", "fault", "paper_out", "cover_open", "unknown"]
ProviderStateName = Literal["available", "unavailable", "refused"]
JobId = Annotated[str, Meta(description="as `printer.print` or an outcome told it")]
VersionText = Annotated[str, Meta(description="of the bridge: MAJOR.MINOR.PATCH")]
NothingIsReal = Annotated[bool, Meta(description="true: nothing here is a real device or a real provider")]


class HelloParams(Params):
    """Who is calling, for the log."""

    client: Annotated[str, Meta(max_length=128, description="the cash program's name and version")] = ""


class ProviderStatus(Result):
    """One `[[providers]]` entry."""

    name: Annotated[str, Meta(description="the entry's `name`, as a Card's `provider`")]
    kind: Annotated[str, Meta(description="the entry's `kind`, such as `maxma`")]
    state: Annotated[
        ProviderStateName,
        Meta(description="unavailable: it does not answer; refused: it answers, and refuses us (key, shop)"),
    ]


class Hello(Result):
    """Which bridge this is."""

    protocol: Annotated[str, Meta(description="this protocol's revision: MAJOR.MINOR")]
    version: VersionText
    emulated: NothingIsReal
    till: Annotated[str, Meta(description="`[till] name`")]
    store: Annotated[str, Meta(description="`[till] store`")]
    providers: Annotated[list[ProviderStatus], Meta(description="in the order of the configuration")]


class Paper(Result):
    """What a printer prints on."""

    columns: Annotated[int, Meta(description="characters in a line; half as many that are `double`")]
    encoding: Annotated[str, Meta(description="what its code page lacks is replaced")]


class Device(Result):
    """One device of the configuration."""

    name: Annotated[str, Meta(description="as the configuration calls it")]
    role: Annotated[Literal["scanner", "display", "printer"], Meta(description="what it does")]
    endpoint: Annotated[str, Meta(description="where it is, as the configuration says")]
    state: Annotated[
        DeviceStateName,
        Meta(
            description="absent: not found, or not to be opened; fault: it is there and fails; "
            "paper_out, cover_open, unknown: a printer's"
        ),
    ]
    since: Annotated[TimeText, Meta(description="when this state began")]
    opened: Annotated[bool, Meta(description="it was found and opened")]
    claimed: Annotated[bool, Meta(description="nobody else has it meanwhile")]
    enabled: Annotated[bool, Meta(description="it does its work: scans flow, screens are shown, jobs are printed")]
    absent_since: Annotated[TimeText | None, Meta(description="since when it is not opened")]
    counters: Annotated[
        dict[str, int], Meta(description="since the daemon started; which there are depends on the kind of device")
    ]
    last_error: Annotated[str | None, Meta(description="for the installer, in English; null: none so far")]
    paper: Annotated[Paper | None, Meta(description="of a printer, as it is configured")]


class DeviceList(Result):
    """In the order of the configuration."""

    devices: Annotated[list[Device], Meta(description="with their states")]


class QueueCounts(Result):
    """What is not settled yet."""

    queued: Annotated[int, Meta(description="receipts that are settled as soon as the provider answers")]
    unknown: Annotated[int, Meta(description="receipts whose answer was lost; the provider is being asked")]
    tasks: Annotated[int, Meta(description="open tasks for staff")]
    oldest_s: Annotated[float, Meta(description="age of the oldest of all these, in seconds; 0 when there is none")]


class Status(Result):
    """Everything at a glance."""

    version: VersionText
    emulated: NothingIsReal
    devices: Annotated[list[Device], Meta(description="in the order of the configuration")]
    providers: Annotated[list[ProviderStatus], Meta(description="in the order of the configuration")]
    queue: Annotated[QueueCounts, Meta(description="how much is not settled yet")]
    sync: Annotated[SyncSummary, Meta(description="cards that the till remembers, and their exchange")]
    uptime_s: Annotated[float, Meta(description="how long the daemon has run, in seconds")]


DisplayName = Annotated[str | None, Meta(description="absent: every display of the configuration")]
PrinterName = Annotated[str | None, Meta(description="absent: the first printer of the configuration")]


class ShowParams(Params):
    """One screen."""

    rows: Annotated[
        list[str], Meta(max_length=8, description="from top to bottom; a row that is longer than the display runs")
    ]
    device: DisplayName = None
    for_ms: Annotated[
        Annotated[int, Meta(ge=0, le=600_000)] | None,
        Meta(description="in ms: then the screen before returns; absent: it stays"),
    ] = None


class Shown(Result):
    """What became of a screen."""

    shown: Annotated[bool, Meta(description="false: the device is away, the screen is shown on its return")]


class ClearParams(Params):
    """Which display."""

    device: DisplayName = None


class BarcodeParam(Params):
    """A barcode whose symbology is named; a bare string is EAN-13 when it is one, else Code 128."""

    data: Annotated[str, Meta(max_length=64, description="what it says; of EAN-13 with or without its check digit")]
    type: Annotated[BarcodeType | None, Meta(description="absent: as for a bare string")] = None


class PrintLine(Params, omit_defaults=True):
    """A line of paper: one of text (alone or as left/right), qr, barcode, divider, cut."""

    text: Annotated[str | None, Meta(description="wrapped where it is longer than the paper is wide")] = None
    left: Annotated[str | None, Meta(description="at the left edge, `right` at the right one of the same line")] = None
    right: Annotated[str | None, Meta(description="see `left`")] = None
    qr: Annotated[Annotated[str, Meta(max_length=3000)] | None, Meta(description="what a QR code says")] = None
    barcode: Annotated[
        Annotated[str, Meta(max_length=64)] | BarcodeParam | None,
        Meta(description="a bare string is EAN-13 when it is one, else Code 128"),
    ] = None
    divider: Annotated[bool, Meta(description="a rule across the paper")] = False
    cut: Annotated[bool, Meta(description="the paper is cut here")] = False
    bold: Annotated[bool, Meta(description="of text")] = False
    double: Annotated[
        bool, Meta(description="of text: twice as wide and high, so half as many characters in a line")
    ] = False
    align: Annotated[
        AlignName | UnsetType, Meta(description="absent: text stands at the left, a QR code or a barcode in the middle")
    ] = UNSET

    def __post_init__(self) -> None:
        kinds = {
            "text": self.text,
            "left and right": self.left if self.right is None else self.right,
            "qr": self.qr,
            "barcode": self.barcode,
            "divider": self.divider or None,
            "cut": self.cut or None,
        }
        given = [kind for kind, value in kinds.items() if value is not None]
        if len(given) > 1:
            raise ValueError(f"a line is one of {', '.join(given)}: make several of it")


class PrintParams(Params):
    """One printout."""

    lines: Annotated[
        list[PrintLine | str], Meta(min_length=1, max_length=5000, description="a bare string is a text line")
    ]
    device: PrinterName = None
    request_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=64)] | None,
        Meta(description="repeats with the same one print once; other lines need another"),
    ] = None


class JobParams(Params):
    """Which print job."""

    job_id: JobId


class Job(Result):
    """A print job."""

    job_id: JobId
    state: Annotated[
        JobStateName,
        Meta(
            description="sent: the printer has all of it; printed: only after the printer's own status said so; "
            "unknown: it may lie on paper, a person must look"
        ),
    ]
    reason: Annotated[str | None, Meta(description="why it waits, failed or is unknown; in English")]


class JobsParams(Params):
    """Which print jobs."""

    state: Annotated[JobStateName | None, Meta(description="absent: all")] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="how many at most")] = 20


class ListedJob(Job):
    """A print job among others."""

    device: Annotated[str, Meta(description="the printer's name")]
    created_at: Annotated[TimeText, Meta(description="when it was asked for")]
    is_repeat: Annotated[bool, Meta(description="under the mark of a repeat")]


class JobList(Result):
    """Newest first."""

    jobs: Annotated[list[ListedJob], Meta(description="at most `limit`")]


class DrawerParams(Params):
    """Which cash drawer, and how it is opened."""

    device: PrinterName = None
    pin: Annotated[Literal[2, 5], Meta(description="of the drawer's connector: 5 is a second drawer")] = 2
    pulse_ms: Annotated[int, Meta(ge=20, le=500, description="how long its magnet is on")] = 100
