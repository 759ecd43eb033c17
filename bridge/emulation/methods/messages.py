"""Params and results of `emulation.*`."""

from typing import Annotated, Literal

from msgspec import Meta

from bridge.pos.messages import Params, PointsText, Result

MAX_SCAN_CHARACTERS = 4096
MAX_PAUSE_MS = 5000

DeviceName = Annotated[str, Meta(max_length=32, description="its `name` in the configuration")]
FaultName = Literal[
    "paper_out", "near_end", "cover_open", "cutter_error", "overheated", "off", "mute", "jam", "power_cut"
]
TroubleName = Literal["slow", "500", "timeout", "lost_reply", "offline"]


class ScanParams(Params):
    """One press of a scanner's trigger."""

    data: Annotated[str, Meta(min_length=1, max_length=MAX_SCAN_CHARACTERS, description="what the code says")]
    device: Annotated[DeviceName | None, Meta(description="absent: the first scanner")] = None
    identifier: Annotated[
        str, Meta(max_length=3, description='the AIM identifier that is sent along, such as "]E0"; "" none')
    ] = ""
    pause_ms: Annotated[int, Meta(ge=0, le=MAX_PAUSE_MS, description="between two characters; 0: all at once")] = 0
    ends: Annotated[bool, Meta(description="false: no terminator follows")] = True
    manner: Annotated[
        Literal["usual", "no_releases", "alt_codes"],
        Meta(description="of a keyboard scanner's typing: releases that never come; each character by its Alt code"),
    ] = "usual"


class UnplugParams(Params):
    """A cable to pull."""

    device: DeviceName


class PlugParams(Params):
    """A cable to put in again."""

    device: DeviceName
    renumbered: Annotated[bool, Meta(description="the kernel gives the device another number than before")] = False


class FaultParams(Params):
    """What goes wrong with a device, or no longer does."""

    device: DeviceName
    fault: Annotated[
        FaultName,
        Meta(
            description="mute: answers nothing; jam: takes no byte; power_cut: a display forgets what it shows. "
            "A display has the last two, a printer all but the last"
        ),
    ]
    on: Annotated[bool, Meta(description="false: it is over")] = True
    after_lines: Annotated[
        int, Meta(ge=0, le=1000, description="`paper_out`, `off`: in mid job, after so many more lines")
    ] = 0


class ScreenParams(Params):
    """A display to look at."""

    device: Annotated[DeviceName | None, Meta(description="absent: the first display")] = None


class Glass(Result):
    """What a customer sees, decoded from the bytes that the display got."""

    device: DeviceName
    rows: Annotated[list[str], Meta(description="as wide as the glass")]
    dark: Annotated[bool, Meta(description="switched off by command")]
    brightness: Annotated[int | None, Meta(description="from 1, the dimmest; null: the display's own")]
    unknown: Annotated[int, Meta(description="commands that no such display would understand")]


class PaperParams(Params):
    """A printer to look at."""

    device: Annotated[DeviceName | None, Meta(description="absent: the first printer")] = None


class PaperItem(Result):
    """A line of text, or a symbol with what a scanner reads of it."""

    text: Annotated[str, Meta(description="as it stands on the paper, or as a scanner reads the symbol")]
    symbol: Annotated[str | None, Meta(description="`QR`, `EAN13`, `CODE128`; null: text")]
    bold: Annotated[bool, Meta(description="of text")]
    double: Annotated[bool, Meta(description="of text: twice as wide and high")]
    align: Annotated[str, Meta(description="`left`, `center` or `right`")]


class PaperPage(Result):
    """Paper up to a cut."""

    items: Annotated[list[PaperItem], Meta(description="from top to bottom")]
    cut: Annotated[str, Meta(description="`partial`, `full`; empty: it hangs in the printer still")]


class PrintedPaper(Result):
    """What has come out of a printer since the start, decoded from the bytes that it got."""

    device: DeviceName
    columns: Annotated[int, Meta(description="characters in a line")]
    pages: Annotated[list[PaperPage], Meta(description="in the order of printing")]
    drawer_pulses: Annotated[int, Meta(description="how often the cash drawer was opened")]
    unknown: Annotated[int, Meta(description="commands that no such printer would understand")]


class ProviderParams(Params):
    """A provider to look into, or to bring trouble to."""

    provider: Annotated[DeviceName | None, Meta(description="absent: the first that is emulated")] = None
    fault: Annotated[
        TroubleName | Literal["none"] | None,
        Meta(description="stays until another is switched; none: all is well again; null: leave it as it is"),
    ] = None
    method: Annotated[
        str, Meta(max_length=64, description="only requests to this path, as the provider names it; * all")
    ] = "*"
    seconds: Annotated[float, Meta(ge=0, le=60, description="how late a `slow` answer comes")] = 3.0


class MemberResult(Result):
    """A member in the provider's own books. All are invented."""

    card: Annotated[str, Meta(description="the card's number")]
    phone: Annotated[str, Meta(description="+ and the country's code")]
    name: Annotated[str, Meta(description="the holder's name")]
    points: Annotated[PointsText, Meta(description="the balance")]
    blocked: Annotated[bool, Meta(description="the card may not be used")]


class AskedResult(Result):
    """How often a path was asked for since the start."""

    path: Annotated[str, Meta(description="as the provider names it")]
    times: Annotated[int, Meta(description="how many requests came to it")]


class ProviderResult(Result):
    """An emulated provider."""

    provider: Annotated[str, Meta(description="the name of its `[[providers]]` entry")]
    kind: Annotated[str, Meta(description="the entry's `kind`, such as `maxma`")]
    fault: Annotated[TroubleName | None, Meta(description="what is wrong with it; null: nothing")]
    members: Annotated[list[MemberResult], Meta(description="its books as they stand now")]
    asked: Annotated[list[AskedResult], Meta(description="what was asked of it, by path")]
