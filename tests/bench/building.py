"""What the bench builds for itself, in build/bench: C programs, and an environment for peers of ours."""

import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

from tests.bench.rounds import Missing

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "bench"


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
    wanted, folder = HERE / "peers.txt", BUILD / "peers"
    python, mark = folder / "bin" / "python", folder / "installed.txt"
    if not mark.exists() or mark.read_text() != wanted.read_text():
        venv.create(folder, with_pip=True, clear=True)
        sys.stderr.write("installing the bench's peers ...\n")
        install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        if subprocess.run([*install, "-r", str(wanted)], check=False).returncode:  # noqa: S603 - our own list
            raise Missing("its packages cannot be installed")
        mark.write_text(wanted.read_text())
    return python
