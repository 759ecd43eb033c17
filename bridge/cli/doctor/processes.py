"""Which programs run, and which have a node open, by /proc."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.machine import Machine

_SYSTEMD = 1


@dataclass(frozen=True, slots=True)
class Holder:
    """A process. command: its command line."""

    pid: int
    name: str
    command: str

    @property
    def is_ours(self) -> bool:
        """The daemon, or systemd, whose descriptor store keeps lines and ports open over the daemon's restart."""
        if self.pid == _SYSTEMD:
            return True
        words = self.command.split("\0")
        return "run" in words and any(Path(word).name in {"pos-bridge", "bridge"} for word in words)


def running(machine: Machine, *names: str) -> list[Holder]:
    """Processes of these names."""
    return [holder for folder in _processes(machine) if (holder := _holder(folder)).name in names]


def holders(machine: Machine, node: Path) -> list[Holder]:
    """Who has `node` open, links followed. Of others' processes only root is told."""
    return [_holder(folder) for folder in _processes(machine) if node in _opened(folder)]


def _processes(machine: Machine) -> Iterator[Path]:
    return (folder for folder in machine.proc.glob("[0-9]*") if folder.name.isdecimal())


def _opened(folder: Path) -> Iterator[Path]:
    try:
        links = list((folder / "fd").iterdir())
    except OSError:  # it has ended, or is another user's
        return
    for link in links:
        try:
            yield link.readlink()
        except OSError:
            continue


def _holder(folder: Path) -> Holder:
    return Holder(int(folder.name), _text(folder / "comm").strip(), _text(folder / "cmdline"))


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
