"""One target in this process: `python -m tests.fuzz.running TARGET [flags of libFuzzer] [folder for what it finds]`.

`TARGET --honest FOLDER` lays out its honest inputs there; `--names` tells what targets there are, and their runs.
"""

import logging
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import structlog

from tests.fuzz import corpus

FOUND = Path("build/fuzz-found")


def main(arguments: Sequence[str]) -> None:
    _be_silent()
    match arguments:
        case ["--names"]:
            from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - below it is to be instrumented

            sys.stdout.writelines(f"{name} {target.runs}\n" for name, target in TARGETS.items())
        case [name, "--honest", folder]:
            from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - the same

            _lay_out(Path(folder), TARGETS[name].seeds())
        case [name, *flags]:
            _fuzz(name, flags)


def _fuzz(name: str, flags: Sequence[str]) -> None:
    import atheris  # noqa: PLC0415 - only where it is installed

    with atheris.instrument_imports(include=["bridge", "devices"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - what is imported from here on counts its branches

    target = TARGETS[name]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        seeds, words = Path(place, "seeds"), Path(place, "words")
        _lay_out(seeds, (*target.seeds(), *corpus.kept(name)))
        words.write_text("".join(f'"{_quoted(word)}"\n' for word in target.words), "ascii")
        command = f"{sys.executable} -m tests.fuzz.running {name}"  # by which libFuzzer starts itself again, to merge
        limits = (f"-max_len={target.max_bytes}", *([f"-dict={words}"] if target.words else []))
        atheris.Setup([command, *limits, *flags, str(seeds)], target.check)
        atheris.Fuzz()


def _be_silent() -> None:
    """What is fuzzed logs each refusal."""
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _quoted(word: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in word)


def _lay_out(folder: Path, inputs: Iterable[bytes]) -> None:
    folder.mkdir()
    for number, data in enumerate(inputs):
        (folder / f"{number:04}").write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1:])
