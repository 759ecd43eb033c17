"""What every test may use, and what none may leave behind.

A test that ends with asyncio tasks pending or file descriptors open fails: at a till the same leak ends, weeks later,
in "too many open files".
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.disks import NoRight, small_disk

# How fast an example is made or run says how busy the machine is, not whether the product is right.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# Boots a kernel of its own and takes its time: collected only where it is asked for (make test-hil).
_HIL = Path(__file__).parent / "hil"
_DESCRIPTORS = Path("/proc/self/fd")
_STANDARD_STREAMS = {"0", "1", "2"}  # pytest swaps them to capture output
_BEFORE = pytest.StashKey[frozenset[str]]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_asked_for = any(Path(asked).resolve().is_relative_to(_HIL) for asked in config.args)
    return True if collection_path == _HIL and not is_asked_for else None


@pytest.fixture
def socket_dir() -> Iterator[Path]:
    """A short directory for Unix sockets: their path has at most 107 bytes, and tmp_path spends most of them."""
    with tempfile.TemporaryDirectory(prefix="pos-") as directory:
        yield Path(directory)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MiB for one test."""
    try:
        with small_disk(tmp_path / "disk") as place:
            yield place
    except NoRight as why:
        pytest.skip(str(why))


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request: pytest.FixtureRequest) -> None:
    """Autouse, so that it starts after fixtures of wider scope, whose descriptors are not the test's."""
    request.node.stash[_BEFORE] = _open_descriptors()
    if request.node.get_closest_marker("asyncio"):
        request.getfixturevalue("_ends_all_tasks")


@pytest.fixture
async def _ends_all_tasks() -> AsyncIterator[None]:
    """Looks before the loop closes, for closing cancels what is pending and says nothing."""
    yield
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    assert not pending, f"tasks left pending: {pending}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Looks after the loop closed, for a transport gives its socket back in the loop's last turn."""
    yield
    if _BEFORE not in item.stash:
        return  # its set-up failed before the count
    before = item.stash[_BEFORE]
    if left := _open_descriptors() - before:
        pytest.fail(f"descriptors left open: {', '.join(sorted(left))}", pytrace=False)


def _open_descriptors() -> frozenset[str]:
    """ "number -> target" of each; a target names the socket or pipe, so a number used again is seen."""
    found = set()
    for entry in _DESCRIPTORS.iterdir():
        if entry.name in _STANDARD_STREAMS:
            continue
        try:
            found.add(f"{entry.name} -> {entry.readlink()}")
        except FileNotFoundError:
            continue  # the listing's own descriptor
    return frozenset(found)
