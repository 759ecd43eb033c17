"""One target in this process: `python -m tests.fuzz.running TARGET [flags of libFuzzer] [folder for what it finds]`."""

import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

from tests.fuzz import corpus
from tests.fuzz.target import Target

FOUND = Path("build/fuzz-found")


def main(arguments: Sequence[str]) -> None:
    import atheris  # noqa: PLC0415 - only where it is installed

    _be_silent()
    with atheris.instrument_imports(include=["bridge", "devices"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - what is imported from here on counts its branches

    if arguments == ["--names"]:
        sys.stdout.write("\n".join(TARGETS))
        return
    name, *flags = arguments
    target = TARGETS[name]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        seeds, words = Path(place, "seeds"), Path(place, "words")
        _lay_out(seeds, target)
        if target.words:
            words.write_text("".join(f'"{_quoted(word)}"\n' for word in target.words), "ascii")
            flags.append(f"-dict={words}")
        command = f"{sys.executable} -m tests.fuzz.running {name}"  # by which libFuzzer starts itself again, to merge
        atheris.Setup([command, f"-max_len={target.max_bytes}", *flags, str(seeds)], target.check)
        atheris.Fuzz()


def _be_silent() -> None:
    """What is fuzzed logs each refusal."""
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _quoted(word: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in word)


def _lay_out(folder: Path, target: Target) -> None:
    folder.mkdir()
    for number, data in enumerate((*target.seeds(), *corpus.kept(target.name))):
        (folder / f"{number:04}").write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1:])
