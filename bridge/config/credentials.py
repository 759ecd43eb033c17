"""Secrets, which never stand in the configuration file: `{ credential = "maxma-key" }` says where to look.

In this order: systemd's credentials directory ($CREDENTIALS_DIRECTORY, systemd.exec(5) "Credentials"),
`credentials/NAME` beside the configuration file, the environment variable POS_BRIDGE_CREDENTIAL_NAME.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bridge.config.errors import NotAllowed

# A key or a password; more is a wrong file (a certificate, a database).
LARGEST_SECRET_BYTES = 64 * 1024
_NAME = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Secret:
    """A password or a key: hidden whole wherever it is printed; `.value` is said on purpose."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"


class CredentialName(str):
    """The NAME of `{ credential = "NAME" }`."""

    __slots__ = ()


class Credential:
    """A secret that is looked for only where it is used: one of a section that is turned off need not be there.

    No dataclass: msgspec would build that from the table itself.
    """

    __slots__ = ("_vault", "name")

    def __init__(self, name: CredentialName, vault: "Vault") -> None:
        self.name = name
        self._vault = vault

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credential) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def read(self) -> Secret:
        """As Vault.read."""
        return self._vault.read(self.name)


def credential_name(raw: object) -> CredentialName:
    """The NAME of `{ credential = "NAME" }`. NotAllowed for anything else, without showing it."""
    if not isinstance(raw, dict):
        raise NotAllowed(
            'a secret may not stand in this file: write { credential = "NAME" } and put the secret '
            "into credentials/NAME beside this file (mode 0600)"
        )
    name = raw.get("credential")
    if set(raw) != {"credential"} or not isinstance(name, str):
        raise NotAllowed('expected { credential = "NAME" } and nothing else in the braces')
    if not _NAME.fullmatch(name):
        raise NotAllowed("the name of this credential is not allowed", "a-z, 0-9 and - (at most 64)")
    return CredentialName(name)


def variable_of(name: str) -> str:
    """The environment variable of a credential: "maxma-key" -> "POS_BRIDGE_CREDENTIAL_MAXMA_KEY"."""
    return "POS_BRIDGE_CREDENTIAL_" + name.upper().replace("-", "_")


@dataclass(frozen=True, slots=True)
class Vault:
    """Where secrets are looked for: beside the configuration (`directory`) and in the `environment`.

    is_open: False where nobody is to read any: all are "" then.
    """

    directory: Path
    environment: Mapping[str, str]
    is_open: bool = True

    def read(self, name: CredentialName) -> Secret:
        """The secret without its trailing newline. NotAllowed: missing, empty, unreadable or open to others."""
        if not self.is_open:
            return Secret("")
        for place, text in self._places(name):
            if text is not None:
                return _checked(name, text, place)
        raise NotAllowed(
            f'credential "{name}" is missing: put it into {self._beside(name)} '
            f"(mode 0600) or into the environment variable {variable_of(name)}"
        )

    def _places(self, name: str) -> Iterator[tuple[str, str | None]]:
        """Where it may be, as a person is told, and what is there."""
        directory = self.environment.get("CREDENTIALS_DIRECTORY")
        if directory:
            # systemd keeps this directory for the service's user alone, with access rules that a mode does not show.
            yield (
                f"the file that LoadCredential={name}: of the service names",
                _read(Path(directory) / name, is_private=False),
            )
        yield str(self._beside(name)), _read(self._beside(name), is_private=True)
        yield variable_of(name), self.environment.get(variable_of(name))

    def _beside(self, name: str) -> Path:
        return self.directory / "credentials" / name


def _read(file: Path, *, is_private: bool) -> str | None:
    try:
        # O_NONBLOCK: a FIFO of this name must not hang the start.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NotAllowed(f"credential file {file} cannot be read: {error.strerror}") from error
    try:
        _check_mode(file, os.fstat(descriptor).st_mode, is_private=is_private)
        return _decoded(file, os.read(descriptor, LARGEST_SECRET_BYTES + 1))
    finally:
        os.close(descriptor)


def _check_mode(file: Path, mode: int, *, is_private: bool) -> None:
    if not stat.S_ISREG(mode):
        raise NotAllowed(f"credential file {file} is no regular file")
    if is_private and mode & _OPEN_TO_OTHERS:
        raise NotAllowed(f"credential file {file} may be read by others: chmod 600 {file}")


def _decoded(file: Path, data: bytes) -> str:
    if len(data) > LARGEST_SECRET_BYTES:
        raise NotAllowed(f"credential file {file} is larger than {LARGEST_SECRET_BYTES} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        # `from None`: the error would carry the secret's bytes.
        raise NotAllowed(f"credential file {file} is not UTF-8 text") from None


def _checked(name: str, text: str, place: str) -> Secret:
    value = text.removesuffix("\n").removesuffix("\r")
    if not value:
        raise NotAllowed(f'credential "{name}" is empty: write it into {place}')
    if not value.isprintable():
        raise NotAllowed(f'credential "{name}" has a line break or control characters inside: write it into {place}')
    return Secret(value)
