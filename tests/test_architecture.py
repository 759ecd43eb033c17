"""The house rules that a machine can check: who may import whom, sizes, and what is never written.

The table below is the architecture. A module without a row fails: whoever adds a room draws its doors here.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Rule:
    """`package` may import itself, the standard library and `may_import` (each with what is below it)."""

    package: str
    may_import: tuple[str, ...]
    reason: str


VALUES = ("devices.documents", "devices.errors", "devices.events")
DRIVER = ("devices.categories", "devices.codecs", "devices.endpoints", "devices.transports.base", *VALUES, "structlog")
EVERYTHING = ("bridge", "devices", "certifi", "click", "h11", "httpx", "msgspec", "structlog")

RULES = (
    Rule("devices", VALUES, "hardware can be used without the bridge, so nothing below here imports it"),
    Rule("devices.documents", (), "values"),
    Rule("devices.errors", (), "values"),
    Rule("devices.events", (), "values"),
    Rule("devices.categories", VALUES, "what a driver does, said in values"),
    Rule("devices.endpoints", ("devices.errors",), "where a device is: text in, values out"),
    Rule("devices.codecs", VALUES, "bytes <-> values; testable without a loop, a clock or a device"),
    Rule(
        "devices.transports",
        ("devices.endpoints", "devices.errors", "evdev", "serial", "structlog", "usb"),
        "moves bytes and knows no meaning of them; the one place that meets pyserial's and pyusb's errors",
    ),
    Rule("devices.scanners", DRIVER, "a driver joins a codec to whatever transport it is given"),
    Rule("devices.displays", DRIVER, "the same"),
    Rule("devices.printers", DRIVER, "the same"),
    Rule("devices.forwarding", (*DRIVER, "evdev"), "the cash program's side of a scanner; knows no cards"),
    Rule("devices.opening", ("devices",), "endpoint, transport, codec and driver joined"),
    Rule("devices.registry", ("devices",), "the literal table of what drives what"),
    Rule(
        "devices.emulation",
        ("devices.codecs", "devices.endpoints", "devices.transports", *VALUES, "usb"),
        "speaks bytes below the drivers and so knows none of them",
    ),
    Rule("bridge", (), "the version"),
    Rule("bridge.__main__", ("bridge.cli",), "python -m bridge"),
    Rule("bridge.domain", (), "the rules of loyalty as values and pure functions"),
    Rule("bridge.one_line", (), "text that must stay on one line"),
    Rule("bridge.sd_notify", (), "systemd's datagrams"),
    Rule("bridge.ports", ("bridge.domain",), "what the desk needs from outside, as protocols"),
    Rule("bridge.wording", ("bridge.domain",), "sentences for customer and cashier"),
    Rule("bridge.events", ("bridge.domain", "bridge.ports", "msgspec"), "what subscribers hear, numbered"),
    Rule("bridge.logs", ("bridge.domain", "bridge.one_line", "structlog"), "set up once, masks what is personal"),
    Rule(
        "bridge.desk",
        ("bridge.domain", "bridge.pace", "bridge.ports", "bridge.wording", "devices.categories", *VALUES, "structlog"),
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
            "bridge.wording",
            "devices.events",
            "msgspec",
            "structlog",
        ),
        "the socket: speaks to the desk, never past it to providers, journal or hardware",
    ),
    Rule(
        "bridge.providers",
        ("bridge.domain", "bridge.ports", "certifi", "httpx", "msgspec", "structlog"),
        "an adapter: knows its wire and the port; the one place that meets httpx",
    ),
    Rule(
        "bridge.journal",
        ("bridge.domain", "bridge.ports", "msgspec", "structlog"),
        "an adapter: knows SQLite and the port",
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
        "bridge.forwarding",
        ("bridge.config.model", "bridge.ports", "bridge.supervisor", "devices.forwarding", *VALUES, "structlog"),
        "composition root, the ways on which goods go on",
    ),
    Rule("bridge.pace", (), "pauses between attempts, of whatever kind"),
    Rule(
        "bridge.supervisor",
        ("bridge.pace", "bridge.ports", "devices.categories", *VALUES, "structlog"),
        "keeps a device alive and knows nothing of loyalty",
    ),
    Rule(
        "bridge.reference",
        (
            "bridge.config",
            "bridge.domain",
            "bridge.events",
            "bridge.pos",
            "bridge.providers",
            "devices.printers.profiles",
            "devices.registry",
            "msgspec",
        ),
        "pages generated from the shapes and the literal tables",
    ),
    Rule("bridge.daemon", EVERYTHING, "composition root"),
    Rule(
        "bridge.device_room",
        (
            "bridge.config",
            "bridge.desk",
            "bridge.events",
            "bridge.forwarding",
            "bridge.ports",
            "bridge.pos",
            "bridge.supervisor",
            "devices.codecs",
            "devices.displays",
            "devices.endpoints",
            "devices.opening",
            "devices.printers",
            "devices.registry",
            "devices.transports",
            *VALUES,
        ),
        "composition root, its devices; emulation comes to it as endpoints",
    ),
    Rule(
        "bridge.programmes",
        ("bridge.config", "bridge.desk", "bridge.domain", "bridge.ports", "bridge.providers"),
        "composition root, its providers",
    ),
    Rule("bridge.failures", ("bridge.journal", "bridge.ports", "bridge.pos"), "composition root, why it cannot start"),
    Rule("bridge.cli", EVERYTHING, "composition root, and the commands beside it"),
    Rule("bridge.emulation", EVERYTHING, "composition root of a till that is not real"),
    Rule(
        "bridge.emulation.maxma",
        ("h11", "msgspec", "structlog"),
        "an emulated provider that shared code with the client would share its mistakes",
    ),
)

# No clock, no I/O, no tasks: what these hold is decided by their arguments alone.
PURE = ("bridge.domain", "devices.codecs", "devices.documents", "devices.events")
IMPURE_MODULES = {"asyncio", "logging", "os", "pathlib", "random", "socket", "subprocess", "threading", "time", "uuid"}
CLOCKS = {"now", "today", "utcnow"}

# Real and emulated tills run the same code: only these may know which of the two it is.
MAY_BRANCH_ON_EMULATION = ("bridge.cli", "bridge.daemon", "bridge.emulation", "devices.emulation")

# module -> why it may catch everything without raising it again.
MAY_SWALLOW = {"bridge.supervisor": "whatever a driver does wrong, the till stays up; it is logged"}

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


@cache
def product() -> Sequence[Module]:
    return tuple(_modules("bridge", "devices"))


@cache
def everything() -> Sequence[Module]:
    return (*product(), *_modules("tests"))


def _modules(*packages: str) -> Iterator[Module]:
    for package in packages:
        for path in sorted(ROOT.joinpath(package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, path, ast.parse(path.read_text("utf-8"), str(path)))


# --- who may import whom ----------------------------------------------------------------------------


def test_imports_follow_the_rules() -> None:
    broken = [
        f"{module}:{line} imports {target}: {rule.package} may not ({rule.reason})"
        for module in product()
        for rule in [_rule_for(module)]
        for line, target in _imports(module)
        if not _is_allowed(target, rule)
    ]
    assert not broken, "\n".join(["", *broken])


def test_every_module_has_its_rule() -> None:
    roomless = [
        f"{module}: no row in RULES; draw what it may import, and why"
        for module in product()
        if _rule_for(module).package in {"bridge", "devices"} and module.name not in {"bridge", "devices"}
    ]
    assert not roomless, "\n".join(["", *roomless])


def test_every_rule_has_its_module() -> None:
    """A row for what does not exist is dead."""
    assert {rule.package for rule in RULES} - {module.name for module in product()} == set()


def test_pure_rooms_have_no_clock_and_no_io() -> None:
    broken = [
        f"{module}:{line} imports {target}"
        for module in _within(PURE)
        for line, target in _imports(module)
        if target.partition(".")[0] in IMPURE_MODULES
    ]
    broken += [
        f"{module}:{node.lineno} reads a clock"
        for module in _within(PURE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert not broken, "\n".join(["", *broken])


def test_nobody_asks_whether_the_till_is_emulated() -> None:
    broken = [
        f"{module}:{node.lineno}"
        for module in product()
        if not _is_within(module.name, MAY_BRANCH_ON_EMULATION)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.If | ast.IfExp | ast.While) and "emulat" in ast.dump(node.test).lower()
    ]
    assert not broken, "\n".join(["", *broken])


def _rule_for(module: Module) -> Rule:
    fitting = [rule for rule in RULES if _is_within(module.name, (rule.package,))]
    return max(fitting, key=lambda rule: len(rule.package))


def _imports(module: Module) -> Iterator[tuple[int, str]]:
    """Every import wherever it stands; `from package import module` counts as the module."""
    known = {other.name for other in product()}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: imports are absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield node.lineno, full if full in known else str(node.module)


def _is_allowed(target: str, rule: Rule) -> bool:
    is_version = target == "bridge" and rule.package.startswith("bridge")
    is_standard = target.partition(".")[0] in sys.stdlib_module_names
    return is_version or is_standard or _is_within(target, (rule.package, *rule.may_import))


def _is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _within(packages: tuple[str, ...]) -> list[Module]:
    found = [module for module in product() if _is_within(module.name, packages)]
    assert found
    return found


# --- sizes ------------------------------------------------------------------------------------------


def test_files_stay_small() -> None:
    sizes = {str(module): len(module.path.read_text("utf-8").splitlines()) for module in everything()}
    assert {name: lines for name, lines in sizes.items() if lines > MAX_FILE_LINES} == {}


def test_functions_stay_small() -> None:
    sizes = {
        f"{module}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in everything()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in sizes.items() if lines > MAX_FUNCTION_LINES} == {}


# --- what is never written --------------------------------------------------------------------------


def test_nobody_swallows_every_error() -> None:
    """A handler that raises again (to give something back first) is fine."""
    swallowing = {
        f"{module}:{node.lineno}"
        for module in product()
        if module.name not in MAY_SWALLOW
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _raises_again(node))
        or (isinstance(node, ast.Call) and _name(node.func) == "suppress" and any(map(_is_broad, node.args)))
    }
    assert swallowing == set()


def _is_broad(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_is_broad, caught.elts))
    return caught is None or _name(caught) in {"Exception", "BaseException"}


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _name(expression: ast.expr) -> str:
    return ast.unparse(expression).rpartition(".")[2]


def test_no_path_of_somebodys_machine() -> None:
    path = re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt)/\w")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in _texts()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if path.search(line)
    ]
    assert found == []


def _texts() -> Iterator[Path]:
    kinds = {".md", ".py", ".rules", ".service", ".socket", ".sql", ".sysusers", ".toml", ".txt", ""}
    rooms = ("bridge", "devices", "docs", "requirements", "systemd", "tests", "udev", ".ci")
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml"))
    for room in rooms:
        for file in sorted(ROOT.joinpath(room).rglob("*")):
            if file.is_file() and file.suffix in kinds and "__pycache__" not in file.parts:
                yield file


# --- what must be there -----------------------------------------------------------------------------


def test_every_registry_row_can_be_imported() -> None:
    rows = {
        node.value
        for module in product()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"(bridge|devices)(\.\w+)+:\w+", node.value)
    }
    assert rows, "bridge.providers lists its kinds by such rows"
    for row in sorted(rows):
        module_name, _, member = row.partition(":")
        assert hasattr(import_module(module_name), member), row
    import_module("devices.registry")


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *ROOT.joinpath("docs").rglob("*.md")]), ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(<?([^)#>\s]+)(?:#[^)]*)?>?\)", page.read_text("utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not page.parent.joinpath(link).exists()] == []
