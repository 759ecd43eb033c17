"""The one way from a file to a Config: read, refuse unknown keys, convert, check what belongs together."""

import os
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from bridge.config.checks import checks
from bridge.config.credentials import Credential, Secret, Vault, credential_name
from bridge.config.errors import ConfigError
from bridge.config.explain import explain, unknown_keys
from bridge.config.model import Config
from bridge.config.reading import parse_toml, read_toml
from bridge.config.values import READERS, path_below


def unchanged(_document: dict[str, Any]) -> None:
    """Nothing is changed."""


def load(
    path: Path | str,
    environment: Mapping[str, str] = os.environ,
    *,
    with_secrets: bool = True,
    change: Callable[[dict[str, Any]], None] = unchanged,
) -> Config:
    """The configuration in `path`, complete. ConfigError: the first thing wrong with it.

    with_secrets: False where nobody will use them: they are not looked for then, and all are "". change: may alter
    the document before it is looked at.
    """
    file = Path(path)
    document = read_toml(file)
    change(document)
    return _checked(file, document, Vault(file.absolute().parent, environment, is_open=with_secrets))


def load_text(file: Path, text: str) -> Config:
    """The configuration that `file` would be with `text` in it, secrets not looked for. ConfigError: it is wrong."""
    return _checked(file, parse_toml(file, text), Vault(file.absolute().parent, {}, is_open=False))


def from_document(file: Path, document: dict[str, Any], environment: Mapping[str, str]) -> Config:
    """The configuration that stands in a document, paths meant from `file`'s directory. As `load`."""
    return _checked(file, document, Vault(file.absolute().parent, environment))


def _checked(file: Path, document: dict[str, Any], vault: Vault) -> Config:
    for problem in unknown_keys(document):
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed)
    config = _convert(file, document, vault)
    for problem in checks(config):
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed)
    return config


def _convert(file: Path, document: dict[str, Any], vault: Vault) -> Config:
    def read_value(kind: type, raw: object) -> object:
        if kind is Path:
            return path_below(vault.directory, raw)
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
