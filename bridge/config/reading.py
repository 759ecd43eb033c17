"""A TOML file as a document: read, within bounds, and refused with file and place where it is none."""

import codecs
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from bridge.config.errors import ConfigError

# A till's configuration is some kilobytes; more is another file.
LARGEST_FILE_BYTES = 1024 * 1024
# The commonest slip of whoever writes TOML for the first time: no quotes, or those of a word processor.
_ADVICE = {"Invalid value": ': text stands in straight quotes, as "front"'}
_TOML_PLACE = re.compile(r"(.*) \(at (line \d+, column \d+|end of document)\)", re.DOTALL)


def read_toml(file: Path) -> dict[str, Any]:
    """The document in `file`, decimals exact. ConfigError: it cannot be read, or is no TOML."""
    return parse_toml(file, read_text(file))


def read_text(file: Path) -> str:
    """What stands in `file`, without the mark that editors of Windows put first. ConfigError: it is no such text."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name"
        raise ConfigError(file, "", f"cannot be read: {reason}") from error
    if len(data) > LARGEST_FILE_BYTES:
        raise ConfigError(file, "", f"larger than {LARGEST_FILE_BYTES} bytes: not a configuration")
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(file, f"line {line}", "not UTF-8 text: save the file as UTF-8") from None


def parse_toml(file: Path, text: str) -> dict[str, Any]:
    """The document that `text` is, decimals exact. ConfigError: it is no TOML; `file` is whose it is."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        what, place = _split_place(str(error))
        raise ConfigError(file, place, f"not TOML: {what}{_ADVICE.get(what, '')}") from None
    except (ValueError, ArithmeticError, RecursionError):
        # A number of thousands of digits, an exponent beyond Decimal, arrays in arrays without end.
        raise ConfigError(file, "", "not TOML that can be read: a number too long, or nested too deeply") from None


def _split_place(message: str) -> tuple[str, str]:
    found = _TOML_PLACE.fullmatch(message)
    return (found[1], found[2]) if found else (message, "")
