"""What the bench builds for itself, in build/bench: C programs, environments for peers of ours and for a till."""

import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

from tests.bench.rounds import Missing

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "bench"


@cache
def c_program(name: str) -> Path:
    """controls/NAME.c, compiled. Missing: there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise Missing("needs a C compiler (cc)")
    source, program = HERE / "controls" / f"{name}.c", BUILD / name
    BUILD.mkdir(parents=True, exist_ok=True)
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", str(program), str(source)], check=True)  # noqa: S603 - our own source
    return program


@cache
def peers_python() -> Path:
    """The interpreter of an environment with peers.txt installed. Missing: they cannot be had here."""
    return _environment("peers", HERE / "peers.txt")


@cache
def till_python() -> Path:
    """The interpreter of an environment with what a till has installed, and no more. Missing: it cannot be had here."""
    return _environment("packages", ROOT / "requirements" / "runtime.txt")


def _environment(name: str, wanted: Path) -> Path:
    """Made anew when the list has changed."""
    folder = BUILD / name
    python, mark = folder / "bin" / "python", folder / "installed.txt"
    if not mark.exists() or mark.read_text() != wanted.read_text():
        venv.create(folder, with_pip=True, clear=True)
        sys.stderr.write(f"installing {wanted.name} for the bench ...\n")
        install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        if subprocess.run([*install, "-r", str(wanted)], check=False).returncode:  # noqa: S603 - our own list
            raise Missing("its packages cannot be installed")
        mark.write_text(wanted.read_text())
    return python
