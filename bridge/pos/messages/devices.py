"""The bridge itself, its devices, and what they show and print."""

from typing import Annotated, Literal

from msgspec import Meta

from bridge.pos.messages.base import Params, Result, TimeText

BarcodeType = Literal["EAN13", "CODE128"]
AlignName = Literal["left", "center", "right"]
JobStateName = Literal["queued", "sent", "printed", "unknown", "failed"]


class HelloParams(Params):
    """Who is calling, for the log."""

    client: Annotated[str, Meta(max_length=128)] = ""


class ProviderStatus(Result):
    """One `[[providers]]` entry."""

    name: str
    kind: str
    state: Annotated[
        Literal["available", "unavailable", "refused"],
        Meta(description="refused: it answers, and refuses us (key, shop)"),
    ]


class Hello(Result):
    """Which bridge this is."""

    protocol: str
    version: str
    emulated: Annotated[bool, Meta(description="true: nothing here is a real device or a real provider")]
    till: str
    store: str
    providers: list[ProviderStatus]


class Paper(Result):
    """What a printer prints on."""

    columns: Annotated[int, Meta(description="characters in a line; half as many that are `double`")]
    encoding: Annotated[str, Meta(description="what its code page lacks is replaced")]


class Device(Result):
    """One device of the configuration."""

    name: str
    role: Literal["scanner", "display", "printer"]
    endpoint: str
    state: Annotated[
        Literal["online", "absent", "fault", "paper_out", "cover_open", "unknown"],
        Meta(description="the last three: a printer's"),
    ]
    since: Annotated[TimeText, Meta(description="when this state began")]
    opened: Annotated[bool, Meta(description="it was found and opened")]
    claimed: Annotated[bool, Meta(description="nobody else has it meanwhile")]
    enabled: Annotated[bool, Meta(description="it does its work: scans flow, screens are shown, jobs are printed")]
    absent_since: Annotated[TimeText | None, Meta(description="since when it is not opened")]
    counters: Annotated[
        dict[str, int], Meta(description="since the daemon started; which there are depends on the kind of device")
    ]
    last_error: str | None
    paper: Annotated[Paper | None, Meta(description="of a printer, as it is configured")]


class DeviceList(Result):
    """In the order of the configuration."""

    devices: list[Device]


class QueueCounts(Result):
    """What is not settled yet."""

    queued: Annotated[int, Meta(description="receipts that are settled as soon as the provider answers")]
    unknown: Annotated[int, Meta(description="receipts whose answer was lost; the provider is being asked")]
    tasks: Annotated[int, Meta(description="open tasks for staff")]
    oldest_s: Annotated[float, Meta(description="age of the oldest of all these, in seconds; 0 when there is none")]


class Status(Result):
    """Everything at a glance."""

    version: str
    emulated: bool
    devices: list[Device]
    providers: list[ProviderStatus]
    queue: QueueCounts
    sync: dict[str, str | None]
    uptime_s: float


DisplayName = Annotated[str | None, Meta(description="absent: every display of the configuration")]
PrinterName = Annotated[str | None, Meta(description="absent: the first printer of the configuration")]


class ShowParams(Params):
    """One screen."""

    rows: Annotated[
        list[str], Meta(max_length=8, description="from top to bottom; a row that is longer than the display runs")
    ]
    device: DisplayName = None
    for_ms: (
        Annotated[int, Meta(ge=0, le=600_000, description="then the screen before returns; absent: it stays")] | None
    ) = None


class Shown(Result):
    """What became of a screen."""

    shown: Annotated[bool, Meta(description="false: the device is away, the screen is shown on its return")]


class ClearParams(Params):
    """Which display."""

    device: DisplayName = None


class BarcodeParam(Params):
    """A barcode whose symbology is named; a bare string is EAN-13 when it is one, else Code 128."""

    data: Annotated[str, Meta(max_length=64)]
    type: BarcodeType | None = None


class PrintLine(Params, omit_defaults=True):
    """A line of paper: one of text (alone or as left/right), qr, barcode, divider, cut."""

    text: str | None = None
    left: str | None = None
    right: str | None = None
    qr: Annotated[str, Meta(max_length=3000)] | None = None
    barcode: Annotated[str, Meta(max_length=64)] | BarcodeParam | None = None
    divider: bool = False
    cut: bool = False
    bold: bool = False
    double: bool = False
    align: AlignName = "left"

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
    request_id: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                description="repeats with the same one print once; other lines need another",
            ),
        ]
        | None
    ) = None


class JobParams(Params):
    """Which print job."""

    job_id: str


class Job(Result):
    """A print job."""

    job_id: str
    state: Annotated[JobStateName, Meta(description="printed: only after the printer's own status said so")]
    reason: str | None


class JobsParams(Params):
    """Which print jobs."""

    state: Annotated[JobStateName | None, Meta(description="absent: all")] = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class ListedJob(Job):
    """A print job among others."""

    device: str
    created_at: TimeText
    is_repeat: Annotated[bool, Meta(description="under the mark of a repeat")]


class JobList(Result):
    """Newest first."""

    jobs: list[ListedJob]


class DrawerParams(Params):
    """Which cash drawer, and how it is opened."""

    device: PrinterName = None
    pin: Annotated[Literal[2, 5], Meta(description="of the drawer's connector: 5 is a second drawer")] = 2
    pulse_ms: Annotated[int, Meta(ge=20, le=500, description="how long its magnet is on")] = 100
