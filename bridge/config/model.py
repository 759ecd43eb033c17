"""The configuration as frozen values: one Struct per section, one field per key, defaults and meanings included.

docs/configuration.md and the refusals of bad values are made from these annotations: `title` says in words what
is allowed where the type does not, `description` what the key means.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from bridge.config.credentials import Secret
from bridge.config.doors import Http, Socket
from bridge.config.section import Name, Section
from bridge.config.values import (
    BaseUrl,
    Duration,
    Encoding,
    Endpoint,
    Forward,
    HexBytes,
    Interval,
    Percent,
)
from bridge.domain.card import Charset, CheckDigit
from devices.codecs.displays.layout import BRIGHTNESS_LEVELS, DisplaySettings
from devices.codecs.escpos.profile import MAX_COLUMNS, MIN_COLUMNS, Cut

DEFAULT_FILE = Path("/etc/pos-bridge/pos-bridge.toml")
# ESC t 17: Epson's page 17 is cp866 (ESC/POS command reference, ESC t).
EPSON_SELECTS_CP866 = HexBytes(b"\x1bt\x11")

# These become part of the ids under which operations stand at a provider.
Identity = Annotated[
    str,
    Meta(
        max_length=64,
        pattern=r"\A(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<!\s)\Z",
        title="text of at most 64 characters, no control characters, no spaces at its ends",
    ),
]
IdleRow = Annotated[
    str,
    Meta(
        max_length=100,
        pattern=r"\A([^{}]|\{time\}|\{date\})*\Z",
        title="text of at most 100 characters; {time} and {date} in it are the clock's, no other braces",
    ),
]
EndpointKey = Annotated[Endpoint, Meta(description="where the device is: see “Endpoints”")]
DeviceName = Annotated[Name, Meta(description="unique among devices and providers; `device.list` and the log use it")]


class Till(Section, frozen=True):
    """The place of sale."""

    store: Annotated[Identity, Meta(description="the store's code, sent to the provider with every operation")]
    name: Annotated[
        Identity,
        Meta(description="unique within the store: provider-side ids are made of store, till, receipt and operation"),
    ]
    store_name: Annotated[
        str, Meta(max_length=200, description="the store as people call it, for providers that show it")
    ] = ""
    language: Annotated[Literal["ru", "en"], Meta(description="of the wording for customer and cashier")] = "ru"
    currency: Annotated[Literal["RUB"], Meta(description="of all amounts (ISO 4217); no other is in this version")] = (
        "RUB"
    )


Terminator = Literal["cr", "lf", "crlf", "tab", "etx"]
Layout = Literal["us", "ru", "de", "fr", "uk"]


class Scanner(Section, frozen=True):
    """A barcode scanner."""

    name: DeviceName
    endpoint: EndpointKey
    forward: Annotated[
        Forward,
        Meta(
            description="where scans go on that are no cards: `wedge` types them (keyboard), `pty:/PATH` offers "
            "them as a serial port, `event` only tells subscribers. Required, no default: goods must still sell"
        ),
    ]
    terminators: Annotated[tuple[Terminator, ...], Meta(description="what ends a scan; STX before one is stripped")] = (
        "cr",
        "lf",
        "crlf",
        "tab",
        "etx",
    )
    idle_gap_ms: Annotated[int, Meta(ge=0, le=5000, description="ends a scan that has no terminator; 0 = never")] = 60
    layout: Annotated[
        Layout, Meta(description="the keyboard layout that the scanner was programmed for (`input://` only)")
    ] = "us"


class CardFormat(Section, frozen=True):
    """How a card looks; first match wins, what matches none is a goods barcode."""

    provider: Annotated[Name, Meta(description="the `name` of the provider that knows these cards")]
    prefix: Annotated[str, Meta(max_length=64, description="what the number begins with")] = ""
    length: Annotated[int, Meta(ge=1, le=128, description="of the whole number; absent: any")] | None = None
    charset: Annotated[Charset, Meta(description="what the number is made of")] = Charset.DIGITS
    check_digit: Annotated[CheckDigit, Meta(description="how the last digit is computed")] = CheckDigit.NONE
    symbologies: Annotated[
        tuple[str, ...], Meta(description="checked where the scan carries an AIM identifier; empty: any")
    ] = ()


class Display(Section, frozen=True):
    """A customer display."""

    name: DeviceName
    endpoint: EndpointKey
    command_set: Annotated[str, Meta(description="the language that the display speaks")] = "epson"
    rows: Annotated[int, Meta(ge=1, le=8, description="lines of the glass")] = 2
    columns: Annotated[int, Meta(ge=8, le=80, description="characters in a line")] = 20
    encoding: Annotated[Encoding, Meta(description="of the bytes that the display gets")] = Encoding("cp866")
    codepage_select: Annotated[
        HexBytes | None,
        Meta(
            description='sent after init to select the encoding; `""` where DIP switches or firmware choose; '
            "absent: `1b 74 11` for epson with cp866, else nothing"
        ),
    ] = None
    brightness: (
        Annotated[
            int, Meta(ge=1, le=BRIGHTNESS_LEVELS, description="from 1, the dimmest; absent: as the display has it")
        ]
        | None
    ) = None
    marquee_ms: Annotated[
        int,
        Meta(
            ge=0,
            le=5000,
            description="rows that are longer than the glass run, a column every so many ms; 0 = they are cut",
        ),
    ] = 300

    def settings(self) -> DisplaySettings:
        """What the display's driver takes."""
        select = self.codepage_select
        if select is None:
            select = EPSON_SELECTS_CP866 if self._is_epson_in_cp866 else HexBytes()
        return DisplaySettings(self.rows, self.columns, self.encoding, select, self.brightness)

    @property
    def _is_epson_in_cp866(self) -> bool:
        return (self.command_set, self.encoding) == ("epson", "cp866")


class Printer(Section, frozen=True):
    """A receipt printer. Keys below `profile` override single values of it."""

    name: DeviceName
    endpoint: EndpointKey
    profile: Annotated[str, Meta(description="make and paper width")] = "epson-80"
    columns: Annotated[int, Meta(ge=MIN_COLUMNS, le=MAX_COLUMNS, description="characters in a line")] | None = None
    encoding: Annotated[Encoding | None, Meta(description="of the text")] = None
    codepage: Annotated[int, Meta(ge=0, le=255, description="the number in `ESC t`")] | None = None
    cut: Annotated[Cut | None, Meta(description="what the cutter does")] = None
    status: Annotated[bool | None, Meta(description="the printer answers when asked for its status")] = None
    print_within: Annotated[
        Duration,
        Meta(description="a job that waited longer (printer off, no paper) is not printed, but listed as failed"),
    ] = Duration(minutes=10)


PolicyWay = Literal["online", "online_else_queue", "queue", "manual", "none"]


class Policy(Section, frozen=True):
    """How each operation is made. What is left out comes with the kind: see "Kinds of provider".

    `online`: now, while the till waits, and what cannot be made now is left to a person, as a task;
    `online_else_queue`: now, or later when the provider is away; `queue`: always later; `manual`: by a person;
    `none`: by nobody.
    """

    # Points are never spent offline, so `redeem` knows no queue.
    redeem: Annotated[Literal["online", "manual", "none"] | None, Meta(description="points are spent at the sale")] = (
        None
    )
    accrue: Annotated[
        PolicyWay | None,
        Meta(
            description="the sale is told after the fiscal paper: points are earned, and spent where one operation "
            "does both"
        ),
    ] = None
    reverse: Annotated[PolicyWay | None, Meta(description="an accrual is taken back on a refund")] = None
    cancel: Annotated[PolicyWay | None, Meta(description="an operation of an open receipt is undone")] = None
    balance: Annotated[
        Literal["at_card", "at_payment"] | None,
        Meta(description="when the balance is asked for and shown: as the card comes in, or with `receipt.limits`"),
    ] = None
    restore_redeemed_on_refund: Annotated[bool | None, Meta(description="a refund gives spent points back")] = None
    partial_refund: Annotated[
        Literal["amount", "lines", "manual"] | None,
        Meta(description="what the provider is told of a partial refund; `manual`: nothing, a task for staff"),
    ] = None
    redeem_entries: Annotated[
        tuple[Literal["scan", "typed", "picked"], ...] | None,
        Meta(description="how a card must have come in for its points to be spent"),
    ] = None
    offline_discount: Annotated[
        bool | None,
        Meta(
            description="while the provider is away, a card that the till remembers (`[sync]`) gets the discount "
            "percent that it had"
        ),
    ] = None
    offline_unknown: Annotated[
        bool | None,
        Meta(
            description="while the provider is away, a card that nobody could be asked about stays with its receipt, "
            "and the provider hears of it later"
        ),
    ] = None


class CardTemplate(Section, frozen=True):
    """What differs for cards of one template (the provider's name for a series of cards)."""

    name: Annotated[
        str, Meta(min_length=1, max_length=100, title="text", description="as the provider calls the template")
    ]
    max_redeem_percent: Annotated[
        Percent, Meta(description="of the receipt's total that points of these cards may pay")
    ]


class Provider(Section, frozen=True):
    """A loyalty provider."""

    name: Annotated[Name, Meta(description="unique among devices and providers; `card_formats` refer to it")]
    kind: Annotated[str, Meta(description="which loyalty system")]
    base_url: Annotated[BaseUrl | None, Meta(description="redirects are never followed (not for card-file)")] = None
    timeout_ms: Annotated[int, Meta(ge=1, le=60_000, description="deadline of a lookup, everything included")] = 1500
    write_timeout_ms: Annotated[
        int,
        Meta(
            ge=1,
            le=120_000,
            description='deadline of a call that moves points: too short a wait makes "unknown" outcomes',
        ),
    ] = 10_000
    key: Annotated[Secret | None, Meta(description="where the kind needs one")] = None
    login: Annotated[Secret | None, Meta(description="where the kind needs one")] = None
    password: Annotated[Secret | None, Meta(description="where the kind needs one")] = None
    max_redeem_percent: Annotated[
        Percent,
        Meta(description="of the receipt's total that points may pay, below the provider's own limit"),
    ] = Percent(100)
    templates: Annotated[
        tuple[CardTemplate, ...], Meta(description="by the card's template; all others have the provider's own percent")
    ] = ()
    profile: Annotated[
        Path | None,
        Meta(description="how the system is spoken to, a TOML file; locards and cardlab come with one"),
    ] = None
    path: Annotated[Path | None, Meta(description="card-file: the members, a TOML or CSV file")] = None
    ledger: Annotated[
        Path | None,
        Meta(description="card-file: SQLite file of its operations; absent: NAME-ledger.db beside the journal"),
    ] = None
    accrue_percent: Annotated[Percent, Meta(description="card-file: of the sum paid in money, accrued as points")] = (
        Percent(0)
    )
    policy: Policy = Policy()


class Messages(Section, frozen=True):
    """What customers are shown, and in which words."""

    show_card: Annotated[bool, Meta(description="the card's message on the display")] = True
    print_on_card: Annotated[bool, Meta(description="print it when the card comes in")] = False
    print_on_close: Annotated[bool, Meta(description="print what the sale brought")] = True
    idle: Annotated[
        tuple[IdleRow, ...],
        Meta(
            max_length=8,
            description="what displays show while no sale goes on, from top to bottom; `[]`: the last screen stays",
        ),
    ] = ()
    idle_after: Annotated[Duration, Meta(description="how long a screen stays before a display is idle")] = Duration(
        minutes=1
    )
    night: Annotated[
        str,
        Meta(
            pattern=r"\A(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?\Z",
            title='two times of the day ("23:00-07:00"), or ""',
            description='local time between which an idle display is dark; `""` = never',
        ),
    ] = ""
    templates: Annotated[
        Path, Meta(description="the shop's own wording, a folder that need not be there: see wording.md")
    ] = Path("/etc/pos-bridge/templates")


class JournalSettings(Section, frozen=True):
    """The durable memory of receipts and operations."""

    path: Annotated[Path, Meta(description="SQLite file")] = Path("/var/lib/pos-bridge/journal.db")
    keep: Annotated[
        Duration,
        Meta(description="how long settled receipts are kept: older sales are returned by hand; 31d or more"),
    ] = Duration(days=400)


class Sync(Section, frozen=True):
    """The local card directory; off by default (personal data): [directory.md](directory.md)."""

    every: Annotated[
        Interval,
        Meta(description='import, then export, with jitter; `""` = only when a person asks (`pos-bridge sync`)'),
    ] = Interval()
    keep: Annotated[Duration, Meta(description="how long a card is remembered that no provider confirms")] = Duration(
        days=400
    )
    export_from: Annotated[
        Path | None,
        Meta(
            description="the cash program's list of cards, a CSV that the service may read (not in /home or /tmp): its "
            "new cards are exported when it has changed"
        ),
    ] = None


class Config(Section, frozen=True):
    """The whole file."""

    till: Till
    socket: Socket = Socket()
    http: Http = Http()
    scanners: tuple[Scanner, ...] = ()
    card_formats: tuple[CardFormat, ...] = ()
    displays: tuple[Display, ...] = ()
    printers: tuple[Printer, ...] = ()
    providers: tuple[Provider, ...] = ()
    messages: Messages = Messages()
    journal: JournalSettings = JournalSettings()
    sync: Sync = Sync()

    @property
    def directory(self) -> Path:
        """Where cards are remembered: beside the journal, so that an emulated till has its own."""
        return self.journal.path.with_name(f"{self.journal.path.stem}-cards.db")

    def ledger_of(self, provider: Provider) -> Path:
        """Where a card-file provider keeps its operations."""
        return provider.ledger or self.journal.path.with_name(f"{provider.name}-ledger.db")
