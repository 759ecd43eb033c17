"""The one way from a file to a Config: read, refuse unknown keys, convert, check what belongs together."""

import os
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from bridge.config.checks import checks
from bridge.config.credentials import Credential, Secret, Vault, credential_name
from bridge.config.errors import ConfigError
from bridge.config.explain import explain, unknown_keys
from bridge.config.model import Config
from bridge.config.not_yet import not_yet
from bridge.config.values import READERS, path_below

# A till's configuration is some kilobytes; more is another file.
LARGEST_FILE_BYTES = 1024 * 1024
_TOML_PLACE = re.compile(r"(.*) \(at (line \d+, column \d+|end of document)\)", re.DOTALL)


def load(path: Path | str, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration in `path`, complete, secrets included. ConfigError: the first thing wrong with it."""
    file = Path(path)
    document = _parse(file, _read(file))
    for problem in unknown_keys(document):
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed)
    config = _convert(file, document, environment)
    for problem in chain(not_yet(config), checks(config)):
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed)
    return config


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name"
        raise ConfigError(file, "", f"cannot be read: {reason}") from error
    if len(data) > LARGEST_FILE_BYTES:
        raise ConfigError(file, "", f"larger than {LARGEST_FILE_BYTES} bytes: not a configuration")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(file, f"line {line}", "not UTF-8 text") from None


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        what, place = _split_place(str(error))
        raise ConfigError(file, place, f"not TOML: {what}") from None
    except (ValueError, ArithmeticError, RecursionError):
        # A number of thousands of digits, an exponent beyond Decimal, arrays in arrays without end.
        raise ConfigError(file, "", "not TOML that can be read: a number too long, or nested too deeply") from None


def _split_place(message: str) -> tuple[str, str]:
    found = _TOML_PLACE.fullmatch(message)
    return (found[1], found[2]) if found else (message, "")


def _convert(file: Path, document: dict[str, Any], environment: Mapping[str, str]) -> Config:
    directory = file.absolute().parent
    vault = Vault(directory, environment)

    def read_value(kind: type, raw: object) -> object:
        if kind is Path:
            return path_below(directory, raw)
        if kind is Credential:
            return Credential(credential_name(raw), vault)
        if kind is Secret:
            return vault.read(credential_name(raw))
        return READERS[kind](raw)

    try:
        return msgspec.convert(document, Config, dec_hook=read_value, builtin_types=(Decimal,))
    except msgspec.ValidationError as error:
        problem = explain(error, document)
        # `from None`: what led here may show a value that should have been a secret.
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed) from None
