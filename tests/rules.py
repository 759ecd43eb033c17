"""Who may import whom: the architecture as one table. A module without a row fails: whoever adds a room draws its doors
here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`package` may import itself, the standard library and `may_import` (each with what is below it)."""

    package: str
    may_import: tuple[str, ...]
    reason: str


VALUES = ("devices.documents", "devices.errors", "devices.events")
DRIVER = (
    "devices.categories",
    "devices.codecs",
    "devices.endpoints",
    "devices.together",
    "devices.transports.base",
    *VALUES,
    "structlog",
)
EVERYTHING = ("bridge", "devices", "certifi", "click", "h11", "httpx", "msgspec", "structlog", "tomlkit")

RULES = (
    Rule("devices", VALUES, "hardware can be used without the bridge, so nothing below here imports it"),
    Rule("devices.documents", (), "values"),
    Rule("devices.errors", (), "values"),
    Rule("devices.events", (), "values"),
    Rule("devices.descriptor_store", (), "what is kept open over our end, as a protocol"),
    Rule("devices.together", (), "tasks that end together"),
    Rule("devices.categories", VALUES, "what a driver does, said in values"),
    Rule("devices.endpoints", ("devices.errors",), "where a device is: text in, values out"),
    Rule("devices.codecs", VALUES, "bytes <-> values; testable without a loop, a clock or a device"),
    Rule(
        "devices.transports",
        ("devices.descriptor_store", "devices.endpoints", "devices.errors", "evdev", "serial", "structlog", "usb"),
        "moves bytes and knows no meaning of them; the one place that meets pyserial's and pyusb's errors",
    ),
    Rule("devices.scanners", DRIVER, "a driver joins a codec to whatever transport it is given"),
    Rule("devices.displays", DRIVER, "the same"),
    Rule("devices.printers", DRIVER, "the same"),
    Rule(
        "devices.forwarding",
        (*DRIVER, "devices.descriptor_store", "evdev"),
        "the cash program's side of a scanner; knows no cards",
    ),
    Rule(
        "devices.hotplug",
        ("devices.endpoints", "pyudev", "structlog"),
        "who tells that a device has come; the one place that meets pyudev",
    ),
    Rule("devices.known_models", (), "a literal table: which ids say what a device is for"),
    Rule("devices.udev", ("devices.endpoints", "devices.known_models"), "text for udev, pure"),
    Rule("devices.plugged", ("devices",), "what is plugged in, read from sysfs"),
    Rule("devices.opening", ("devices",), "endpoint, transport, codec and driver joined"),
    Rule("devices.registry", ("devices",), "the literal table of what drives what"),
    Rule(
        "devices.emulation",
        (
            "devices.descriptor_store",
            "devices.codecs",
            "devices.endpoints",
            "devices.hotplug",
            "devices.transports",
            *VALUES,
            "usb",
        ),
        "speaks bytes below the drivers and so knows none of them",
    ),
    Rule("bridge", (), "the version"),
    Rule("bridge.__main__", ("bridge.cli",), "python -m bridge"),
    Rule("bridge.domain", (), "the rules of loyalty as values and pure functions"),
    Rule("bridge.one_line", (), "text that must stay on one line"),
    Rule("bridge.sd_listen", (), "systemd's descriptors"),
    Rule("bridge.sqlite_thread", (), "SQLite off the loop; what stands in the file is its caller's"),
    Rule("bridge.sd_notify", (), "systemd's datagrams"),
    Rule("bridge.ports", ("bridge.domain",), "what the desk needs from outside, as protocols"),
    Rule(
        "bridge.wording",
        ("bridge.domain", "jinja2", "structlog"),
        "sentences for customer, cashier and staff; the one place that meets Jinja2",
    ),
    Rule("bridge.events", ("bridge.domain", "bridge.ports", "msgspec"), "what subscribers hear, numbered"),
    Rule("bridge.logs", ("bridge.domain", "bridge.one_line", "structlog"), "set up once, masks what is personal"),
    Rule(
        "bridge.desk",
        (
            "bridge.domain",
            "bridge.pace",
            "bridge.ports",
            "bridge.wording",
            "devices.categories",
            "devices.together",
            *VALUES,
            "structlog",
        ),
        "decides; meets providers, journal and devices by their abstractions alone",
    ),
    Rule(
        "bridge.pos",
        (
            "bridge.desk",
            "bridge.domain",
            "bridge.events",
            "bridge.one_line",
            "bridge.ports",
            "bridge.sd_listen",
            "bridge.wording",
            "devices.events",
            "msgspec",
            "structlog",
        ),
        "the socket: speaks to the desk, never past it to providers, journal or hardware",
    ),
    Rule(
        "bridge.http",
        (
            "bridge.domain",
            "bridge.events",
            "bridge.pos",
            "bridge.ports",
            "devices.events",
            "devices.together",
            "h11",
            "prometheus_client",
            "starlette",
            "structlog",
            "uvicorn",
        ),
        "the same methods and events over HTTP: it stands before the socket's dispatcher, never beside it",
    ),
    Rule(
        "bridge.providers",
        ("bridge.domain", "bridge.ports", "bridge.sqlite_thread", "certifi", "httpx", "msgspec", "structlog"),
        "an adapter: knows its wire and the port; the one place that meets httpx",
    ),
    Rule(
        "bridge.journal",
        ("bridge.domain", "bridge.ports", "msgspec", "structlog"),
        "an adapter: knows SQLite and the port",
    ),
    Rule(
        "bridge.card_list", ("bridge.domain", "bridge.ports"), "the cash program's list: bytes of a CSV in, values out"
    ),
    Rule(
        "bridge.directory",
        ("bridge.domain", "bridge.ports", "bridge.sqlite_thread"),
        "an adapter: what the till remembers of cards; knows SQLite and the port",
    ),
    Rule(
        "bridge.config",
        (
            "bridge.domain",
            "bridge.one_line",
            "bridge.providers",
            "devices.codecs",
            "devices.endpoints",
            "devices.printers.profiles",
            "devices.registry",
            "msgspec",
        ),
        "text -> values, checked against the literal tables of what there is; it opens nothing",
    ),
    Rule(
        "bridge.daemon.forwarding",
        (
            "bridge.config.model",
            "bridge.config.values",
            "bridge.daemon.keeper",
            "bridge.daemon.tally",
            "bridge.ports",
            "devices.descriptor_store",
            "devices.forwarding",
            "devices.hotplug",
            *VALUES,
            "structlog",
        ),
        "composition root, the ways on which goods go on",
    ),
    Rule(
        "bridge.recording",
        (
            "bridge.config",
            "bridge.domain",
            "bridge.ports",
            "bridge.providers.card_file.members",
            "devices.codecs",
            "devices.printers.profiles",
            "msgspec",
        ),
        "what passed, as a text without anything personal: values and rules; it opens nothing and knows no device",
    ),
    Rule("bridge.pace", (), "pauses between attempts, of whatever kind"),
    Rule("bridge.daemon.tally", (), "arithmetic"),
    Rule(
        "bridge.daemon.descriptor_store",
        ("bridge.sd_listen", "bridge.sd_notify"),
        "systemd's descriptor store, as devices.forwarding wants one",
    ),
    Rule("bridge.daemon.supervisor", ("structlog",), "keeps tasks alive and knows nothing of what they do"),
    Rule(
        "bridge.daemon.keeper",
        ("bridge.daemon.supervisor", "bridge.daemon.tally", "bridge.pace", "bridge.ports", *VALUES, "structlog"),
        "keeps a device alive and knows nothing of loyalty",
    ),
    Rule(
        "bridge.reference",
        (
            "bridge.cli.main",
            "bridge.config",
            "bridge.domain",
            "bridge.emulation.methods.table",
            "bridge.emulation.scenario.loading",
            "bridge.emulation.scenario.steps",
            "bridge.events",
            "bridge.pos",
            "bridge.providers",
            "bridge.wording",
            "devices.codecs.aim",
            "devices.printers.profiles",
            "devices.registry",
            "devices.udev",
            "click",
            "msgspec",
        ),
        "pages generated from the shapes, the literal tables and the commands",
    ),
    Rule("bridge.daemon", EVERYTHING, "composition root"),
    Rule(
        "bridge.daemon.device_room",
        (
            "bridge.config",
            "bridge.desk",
            "bridge.events",
            "bridge.daemon.forwarding",
            "bridge.daemon.hardware",
            "bridge.ports",
            "bridge.pos",
            "bridge.daemon.keeper",
            "devices.codecs",
            "devices.displays",
            "devices.endpoints",
            "devices.descriptor_store",
            "devices.forwarding.pty_node",
            "devices.opening",
            "devices.printers",
            "devices.registry",
            "devices.together",
            "devices.transports",
            *VALUES,
        ),
        "composition root, its devices; emulation comes to it as endpoints and as the hardware behind them",
    ),
    Rule(
        "bridge.daemon.hardware",
        ("devices.hotplug", "devices.transports"),
        "what a till's devices are opened by: the kernel, or what stands in for it",
    ),
    Rule(
        "bridge.daemon.programmes",
        ("bridge.config", "bridge.desk", "bridge.domain", "bridge.ports", "bridge.providers"),
        "composition root, its providers",
    ),
    Rule(
        "bridge.daemon.wording",
        ("bridge.config", "bridge.domain", "bridge.wording", "devices.codecs"),
        "composition root, its texts",
    ),
    Rule(
        "bridge.daemon.failures",
        ("bridge.domain.errors", "bridge.journal", "bridge.pos", "bridge.wording"),
        "composition root, why it cannot start",
    ),
    Rule(
        "bridge.migration",
        ("bridge.config.values",),
        "other programs' settings as text of ours; it opens the one file that it is given",
    ),
    Rule("bridge.cli", EVERYTHING, "composition root, and the commands beside it"),
    Rule("bridge.emulation", EVERYTHING, "composition root of a till that is not real"),
    Rule("bridge.emulation.web", ("h11", "msgspec"), "HTTP below any emulated provider, and its faults"),
    Rule(
        "bridge.emulation.maxma",
        ("bridge.emulation.web", "msgspec"),
        "an emulated provider that shared code with the client would share its mistakes",
    ),
    Rule("bridge.emulation.rest", ("bridge.emulation.web", "msgspec"), "the same"),
)
