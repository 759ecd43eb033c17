"""The package comes, gives way to the next, goes, and leaves nothing behind."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hil.guest import Guest
from tests.hil.image import Image
from tests.hil.machine import Machine
from tests.hil.outside import DROP_IN, give_key
from tests.hil.till import CONFIGURATION, MAIN_PROCESS, RULES, USUAL, Till

# A provider that nobody answers for: what is to be sent to it waits in the journal.
AWAY = """
[[card_formats]]
provider = "away"
prefix = "2901"
length = 13

[[providers]]
name = "away"
kind = "maxma"
base_url = "http://127.0.0.1:9"
key = { credential = "maxma-key" }
"""
# What systemd, dpkg and the tools for users write down on the way, whoever comes and goes; and what we brought.
OTHERS = (
    "/opt/hil",
    *("/var/log", "/var/lib/dpkg", "/var/lib/systemd", "/tmp", "/var/tmp"),  # noqa: S108 - in the guest
    *(f"/etc/{name}-" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")),
)
FILES = f"find / -xdev {' '.join(f'-path {path} -prune -o' for path in OTHERS)} -print"
OURS = "pos-bridge|pos_bridge|/dev/pos/"


@dataclass(frozen=True, slots=True)
class Left:
    """What a machine has that a package may have brought."""

    files: frozenset[str]
    people: str

    @classmethod
    def on(cls, guest: Guest) -> "Left":
        files = frozenset(guest.run(FILES).splitlines())
        return cls(files, guest.run("sort /etc/passwd /etc/group /etc/shadow /etc/gshadow"))


@pytest.fixture(scope="module")
def bare(image: Image) -> Iterator[Till]:
    """A machine of its own: the product goes from it at the end."""
    with Machine(image) as machine:
        machine.boot()
        yield Till(machine)


@pytest.fixture(scope="module")
def before(bare: Till) -> Left:
    return Left.on(bare.guest)


@pytest.fixture(scope="module")
def used(bare: Till, before: Left, package: Path) -> Till:
    """A till with all that its owner writes, its programs write, and a day's work in its journal."""
    bare.install(package)
    guest = bare.guest
    give_key(bare)
    bare.configure(USUAL + AWAY)
    guest.run(f"for file in {CONFIGURATION} {RULES}; do cp $file $file.20261127-080000-000000.bak; done")  # by `learn`
    bare.call("receipt.open", receipt_id="OPEN", operation="sale")
    bare.call("receipt.limits", receipt_id="OPEN", total="100.00")
    assert bare.call("receipt.close", receipt_id="QUEUED", total="100.00", card="2901000000017")["state"] == "queued"
    return bare


@pytest.fixture(scope="module")
def later(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next version, whose configuration to begin with is another."""
    tree = tmp_path_factory.mktemp("later") / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+later", control.read_text("utf-8")), "utf-8")
    (shipped,) = (file for file in tree.rglob("pos-bridge.toml"))
    shipped.write_text(shipped.read_text("utf-8") + "# said since the later version\n", "utf-8")
    made = tree.with_name("later.deb")
    subprocess.run(["dpkg-deb", "--build", "-Zgzip", tree, made], check=True, stdout=subprocess.DEVNULL)
    return made


def test_upgrade_keeps_what_is_the_tills_own_and_refuses_nobody(
    used: Till, later: Path, figure: Callable[[str], None]
) -> None:
    """Nobody is there to be asked about the configuration; the daemon is the new one afterwards."""
    guest = used.guest
    own = guest.run(f"cat {CONFIGURATION} {RULES} {DROP_IN}")
    tasks, process = journal(used), guest.run(MAIN_PROCESS)
    calls = guest.start("python3 /opt/hil/knocking.py")
    calls.until("ANSWERED")
    guest.put("/opt/hil/later.deb", later.read_bytes())
    guest.run("dpkg --install /opt/hil/later.deb </dev/null")
    assert "+later" in guest.run("dpkg-query --show pos-bridge")
    assert guest.run(f"cat {CONFIGURATION} {RULES} {DROP_IN}") == own
    guest.until("systemctl is-active pos-bridge.service")
    assert journal(used) == tasks
    assert guest.run(MAIN_PROCESS) != process
    guest.run("touch /run/enough")
    figure(f"during an upgrade: {calls.until('CALLS').split('CALLS')[1].split()[0]} calls, none refused")


def test_removed_it_is_gone_and_its_data_is_kept(used: Till, package: Path) -> None:
    own, kept = used.guest.run(f"cat {CONFIGURATION} {RULES} {DROP_IN}"), journal(used)
    used.guest.run("dpkg --remove pos-bridge")
    used.guest.run("test ! -e /opt/pos-bridge && ! pgrep -u pos-bridge")
    assert "POS_BRIDGE" not in used.guest.run("systemd-hwdb query usb:v05E0p1200")
    used.guest.run("dpkg --install /opt/hil/pos-bridge.deb")
    used.guest.until("systemctl is-active pos-bridge.service")
    assert used.guest.run(f"cat {CONFIGURATION} {RULES} {DROP_IN}") == own
    assert journal(used) == kept


def test_purged_nothing_of_it_is_left(used: Till, before: Left) -> None:
    used.guest.run("dpkg --purge pos-bridge")
    after = Left.on(used.guest)
    assert after.files == before.files
    assert after.people == before.people
    used.guest.run(f"! find /run /var/lib/systemd | grep -E '{OURS}'")
    used.guest.run(f"systemctl daemon-reload; ! systemctl list-units --all --full --plain | grep -E '{OURS}'")


def journal(till: Till) -> tuple[str, str, list[str]]:
    """What of a day is still open: a receipt, a sale that the provider has not heard of, and its task."""
    states = [till.call("receipt.get", receipt_id=receipt_id)["state"] for receipt_id in ("OPEN", "QUEUED")]
    return states[0], states[1], [task["task_id"] for task in till.call("queue.list")["tasks"]]
