"""Where templates come from: the product's own, and the shop's in its own folder, which win."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bridge.wording.catalogue import CATALOGUE
from bridge.wording.errors import WordingError

# Each with how it writes a day, as strftime takes it.
LANGUAGES = {"ru": "%d.%m.%Y", "en": "%Y-%m-%d"}
SUFFIX = ".j2"
_SHIPPED = Path(__file__).with_name("templates")
# A template is some lines; more is another file.
LARGEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it was written. is_shipped: the product's own."""

    file: str
    text: str
    is_shipped: bool = True


def shipped(language: str, name: str) -> Source:
    path = _SHIPPED / language / f"{name}{SUFFIX}"
    return Source(str(path), path.read_text("utf-8"))


def of_the_shop(folder: Path, language: str) -> dict[str, Source]:
    """The shop's own templates by name; none where there is no such folder. WordingError: one that cannot be."""
    found = {}
    for path in _files(folder):
        place, _, name = path.relative_to(folder).with_suffix("").as_posix().partition("/")
        if place not in LANGUAGES or name not in CATALOGUE:
            raise WordingError(path, 0, "there is no such template", _nearest(place, name))
        if place == language:
            found[name] = Source(str(path), _read(path), is_shipped=False)
    return found


def _files(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise _unreadable(folder, error) from error

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(place, name) for name in sorted(names) if name.endswith(SUFFIX))


def _unreadable(path: Path, error: OSError) -> WordingError:
    return WordingError(path, 0, f"cannot be read: {error.strerror}", "let the daemon's user read it")


def _nearest(place: str, name: str) -> str:
    if place not in LANGUAGES:
        return f"templates stand below {' and '.join(f'{language}/' for language in LANGUAGES)}"
    near = get_close_matches(name, CATALOGUE, n=1)
    known = near or sorted(CATALOGUE)
    return f"use {', '.join(f'{place}/{one}{SUFFIX}' for one in known)}"


def _read(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(data) > LARGEST_BYTES:
        raise WordingError(path, 0, f"larger than {LARGEST_BYTES} bytes", "a template is some lines: look what this is")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WordingError(path, line, "not UTF-8 text", "save the file as UTF-8") from None
