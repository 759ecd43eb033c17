"""The house rules that a machine can check: who may import whom, sizes, and what is never written.

Who may import whom stands in tests/rules.py.
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

from tests.rules import RULES, Rule

ROOT = Path(__file__).parent.parent


# No clock, no I/O, no tasks: what these hold is decided by their arguments alone.
PURE = ("bridge.domain", "devices.codecs", "devices.documents", "devices.events")
IMPURE_MODULES = {"asyncio", "logging", "os", "pathlib", "random", "socket", "subprocess", "threading", "time", "uuid"}
CLOCKS = {"now", "today", "utcnow"}

# Real and emulated tills run the same code: only these may know which of the two it is.
MAY_BRANCH_ON_EMULATION = ("bridge.cli", "bridge.daemon", "bridge.emulation", "devices.emulation")

# These alone know of emulation: itself, the composition roots that put it in, and the page that describes it.
MAY_KNOW_EMULATION = (*MAY_BRANCH_ON_EMULATION, "bridge.reference")
# The word's one other place: a client may know what it talks to, so bridge.hello, bridge.status and the metrics tell.
SAYS_EMULATED = ("bridge.pos.handlers", "bridge.pos.messages.devices", "bridge.pos.examples", "bridge.http.metrics")

# module -> why it may catch everything without raising it again.
MAY_SWALLOW = {
    "bridge.daemon.supervisor": "whatever a driver does wrong, the till stays up; it is logged",
    "devices.transports.listening": "what a receiver does wrong is raised where the listening is awaited",
    "devices.displays.line_display": "a defect met inside the desk's call is the driver's: its own task raises it",
}

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


def test_nobody_above_the_seam_knows_of_emulation() -> None:
    """Neither by an import nor by a name."""
    strangers = [module for module in product() if not _is_within(module.name, MAY_KNOW_EMULATION)]
    broken = [
        f"{module}:{line} imports {target}"
        for module in strangers
        for line, target in _imports(module)
        if "emulation" in target.split(".")
    ]
    broken += [
        f"{module}:{getattr(node, 'lineno', '?')} has {name}"
        for module in strangers
        for node in ast.walk(module.tree)
        for name in _names_of(node)
        if "emulat" in name.lower() and not (name == "emulated" and module.name in SAYS_EMULATED)
    ]
    assert not broken, "\n".join(["", *broken])


def _names_of(node: ast.AST) -> Iterator[str]:
    """Whatever a node names: variables, members, arguments, functions, classes."""
    for field in ("id", "attr", "arg", "name"):
        value = getattr(node, field, None)
        if isinstance(value, str):
            yield value


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
    kinds = {
        ".md",
        ".py",
        ".hwdb",
        ".rules",
        ".1",
        ".modules",
        ".service",
        ".socket",
        ".sql",
        ".sysusers",
        ".tmpfiles",
        ".toml",
        ".txt",
        "",
    }
    rooms = ("bridge", "debian", "devices", "docs", "requirements", "systemd", "tests", "udev", ".ci")
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
