"""`--bundle FILE`: all that support asks for, in one archive, personal data masked."""

import io
import os
import platform
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.cli.doctor.findings import Finding, as_json, as_lines
from bridge.cli.doctor.visit import Visit
from bridge.cli.installing.proposal import proposal
from bridge.cli.json_text import json_of
from bridge.cli.udev_rules import named_devices
from bridge.domain.personal import mask_digit_runs
from bridge.masking import masked
from bridge.pos.client import CallError, Unreachable
from devices.udev.till_rules import FILE, till_rules

LOG_LINES = 2000
LOG_WITHIN_S = 20.0
_MODE = 0o600


def write_bundle(file: Path, visit: Visit, findings: Sequence[Finding]) -> list[str]:
    """The names of what is in it. OSError: it cannot be written."""
    names = []
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "wb") as written, tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, text in _members(visit, findings):
            data = text.encode()
            entry = tarfile.TarInfo(f"pos-bridge/{name}")
            entry.size, entry.mode = len(data), _MODE
            archive.addfile(entry, io.BytesIO(data))
            names.append(name)
    return names


def _members(visit: Visit, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """What is not there is left out. No secrets: none stands in the configuration, and credentials are not read."""
    yield "doctor.txt", mask_digit_runs("\n".join(line for finding in findings for line in as_lines(finding)))
    yield "doctor.json", _json(masked(as_json(findings)))
    yield "machine.txt", _machine(visit)
    if text := _text(visit.config_file):
        yield "pos-bridge.toml", mask_digit_runs(text)
    for method in ("bridge.status", "device.list"):
        try:
            yield f"{method}.json", _json(masked(visit.ask(method)))
        except (CallError, Unreachable):
            continue
    yield "plugged.txt", "\n".join(proposal(visit.plugged, visit.config))
    if text := _text(visit.machine.at(FILE)):
        yield FILE.name, text
    if visit.config:
        yield f"{FILE.name}.wanted", till_rules(named_devices(visit.config))
    if text := _log():
        yield "log.txt", "\n".join(mask_digit_runs(line) for line in text.splitlines())


def _machine(visit: Visit) -> str:
    release = _text(visit.machine.at(Path("/etc/os-release")))
    kernel = " ".join((platform.system(), platform.release(), platform.machine()))
    return f"pos-bridge {__version__}\nPython {platform.python_version()}\n{kernel}\n{release}"


def _log() -> str:
    """The service's own, which is masked as it is written; "" where there is no journald, or it is not for us."""
    command = ["journalctl", "--unit=pos-bridge", f"--lines={LOG_LINES}", "--no-pager", "--output=short-iso"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LOG_WITHIN_S)  # noqa: S603 - no outside text in it
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json_of(value, indent=1)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
