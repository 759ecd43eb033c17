"""A till with a kernel of its own for all tests of this folder; they are skipped where there cannot be one."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hil.image import Image, build
from tests.hil.machine import Machine
from tests.hil.needs import missing
from tests.hil.till import Till

ROOT = Path(__file__).parent.parent.parent
# A package that was made already; without it one is made of what is committed.
PACKAGE = "POS_BRIDGE_DEB"


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Shows what was measured, at the end of the run."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def leaves_nothing_behind() -> None:
    """Not asked of these: a machine that is booted anew within a test has other descriptors than before."""


@pytest.fixture(scope="session")
def image() -> Image:
    if reason := missing():
        pytest.skip(reason)
    return build()


@pytest.fixture(scope="session")
def package(image: Image) -> Path:
    if made := os.environ.get(PACKAGE):
        return Path(made)
    subprocess.run(["make", "deb"], cwd=ROOT, check=True)
    return max((ROOT / "dist").glob("*.deb"), key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="session")
def till(image: Image, package: Path) -> Iterator[Till]:
    """Booted, installed and configured; nothing is plugged in yet."""
    with Machine(image) as machine:
        machine.boot()
        till = Till(machine)
        till.install(package)
        till.configure()
        yield till
