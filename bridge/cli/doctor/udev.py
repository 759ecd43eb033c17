"""Are udev's rules there, ours and this till's, and do no others hide them?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.visit import Visit
from bridge.cli.udev_rules import named_devices
from devices.endpoints import TcpEndpoint
from devices.udev import packaged
from devices.udev.till_rules import FILE, NamedDevice, till_rules

# In udev's order: a file hides one of the same name in a folder that follows (udev(7), "RULES FILES").
FOLDERS = tuple(map(Path, ("/etc/udev", "/run/udev", "/usr/local/lib/udev", "/usr/lib/udev", "/lib/udev")))
APPLY = "udevadm control --reload && udevadm trigger"
_WHY = "devices may be closed to the daemon, put to sleep, or taken by ModemManager, brltty or CUPS"


def check_udev_rules(visit: Visit) -> Iterator[Finding]:
    """The package's are those in force, and the till's own are what its configuration says."""
    if not visit.machine.at(Path("/run/udev")).is_dir():
        yield Finding("udev", Level.NOTE, "udev does not run here: nothing gives devices names and rights")
        return
    for name, text in packaged.FILES.items():
        if name.endswith(".rules"):
            yield _packaged(visit, name, text)
    if visit.config is not None:
        yield from _of_the_till(visit, list(named_devices(visit.config)))


def _packaged(visit: Visit, name: str, text: str) -> Finding:
    paths = [folder / "rules.d" / name for folder in FOLDERS]
    found = next((path for path in paths if _is_there(visit.machine.at(path))), None)
    if found is None:
        mend = f"apt install --reinstall pos-bridge && {APPLY}  # or make install in its checkout"
        return Finding("udev", Level.WRONG, f"{name} is not installed", _WHY, mend)
    if _text(visit.machine.at(found)) != text:
        return Finding("udev", Level.WRONG, f"{found} is another than ours", _WHY, f"mv {found} {found}.old && {APPLY}")
    return well("udev", str(found))


def _of_the_till(visit: Visit, devices: Sequence[NamedDevice]) -> Iterator[Finding]:
    standing, needed = _text(visit.machine.at(FILE)), [device.name for device in devices if _needs_a_rule(device)]
    mend = f"pos-bridge udev-rules --till > {FILE} && {APPLY}"
    if standing == till_rules(devices):
        yield well("udev", str(FILE))
    elif standing:
        yield Finding("udev", Level.WRONG, f"{FILE} is not what the configuration says", _WHY, mend)
    elif needed:
        yield Finding("udev", Level.WRONG, f"there is no {FILE}, which {', '.join(needed)} needs", _WHY, mend)


def _needs_a_rule(device: NamedDevice) -> bool:
    """Whatever is a USB device that is told apart from others."""
    return not isinstance(device.endpoint, TcpEndpoint) and device.endpoint.identity is not None


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _text(path: Path) -> str:
    """A link to /dev/null hides what would stand there."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
