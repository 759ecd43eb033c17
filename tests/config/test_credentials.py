"""Where secrets are looked for, in which order, and when a file of secrets is refused."""

import os
from pathlib import Path

import pytest

from bridge.config.credentials import LARGEST_SECRET_BYTES, CredentialName, Secret, Vault
from bridge.config.errors import ConfigError, NotAllowed
from bridge.config.loading import load
from tests.config.samples import SECRET, TILL

NAME = CredentialName("maxma-key")
VARIABLE = "POS_BRIDGE_CREDENTIAL_MAXMA_KEY"


@pytest.fixture
def key_file(directory: Path) -> Path:
    return directory / "credentials" / "maxma-key"


def test_a_file_beside_the_configuration_wins_over_the_environment(directory: Path) -> None:
    assert Vault(directory, {VARIABLE: "other"}).read(NAME).value == SECRET


def test_systemd_wins_over_both(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    given = tmp_path_factory.mktemp("systemd")
    (given / "maxma-key").write_text("from-systemd\n")
    vault = Vault(directory, {"CREDENTIALS_DIRECTORY": str(given), VARIABLE: "other"})
    assert vault.read(NAME).value == "from-systemd"


def test_what_systemd_does_not_have_is_looked_for_further(directory: Path, tmp_path: Path) -> None:
    vault = Vault(directory, {"CREDENTIALS_DIRECTORY": str(tmp_path / "none")})
    assert vault.read(NAME).value == SECRET


def test_the_environment_is_last(tmp_path: Path) -> None:
    assert Vault(tmp_path, {VARIABLE: "from-environment\n"}).read(NAME).value == "from-environment"


@pytest.mark.parametrize(
    ("content", "value"), [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), (" a b ", " a b "), ("ключ\n", "ключ")]
)
def test_only_the_trailing_newline_goes(content: str, value: str, key_file: Path, directory: Path) -> None:
    key_file.write_bytes(content.encode())
    assert Vault(directory, {}).read(NAME).value == value


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", 'credential "maxma-key" is empty: write it into /.*/credentials/maxma-key$'),
        (b"\n", 'credential "maxma-key" is empty: write it into /'),
        (b"a\nb\n", "has a line break or control characters inside: write it into /.*/credentials/maxma-key$"),
        (b"a\x00", 'credential "maxma-key" has a line break or control characters inside'),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"a" * (LARGEST_SECRET_BYTES + 1), "is larger than"),
    ],
)
def test_what_cannot_be_a_secret_is_refused(content: bytes, what: str, key_file: Path, directory: Path) -> None:
    key_file.write_bytes(content)
    with pytest.raises(NotAllowed, match=what):
        Vault(directory, {}).read(NAME)


def test_an_empty_one_of_systemds_is_written_where_systemd_takes_it_from(tmp_path: Path) -> None:
    (tmp_path / "maxma-key").touch()
    with pytest.raises(NotAllowed, match="write it into the file that LoadCredential=maxma-key: of the service names"):
        Vault(tmp_path / "elsewhere", {"CREDENTIALS_DIRECTORY": str(tmp_path)}).read(NAME)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_file_open_to_others_is_refused_even_with_the_environment_set(
    mode: int, key_file: Path, directory: Path
) -> None:
    key_file.chmod(mode)
    with pytest.raises(NotAllowed, match=f"may be read by others: chmod 600 {key_file}"):
        Vault(directory, {VARIABLE: "other"}).read(NAME)


def test_a_fifo_does_not_hang_the_start(key_file: Path, directory: Path) -> None:
    key_file.unlink()
    os.mkfifo(key_file, 0o600)
    with pytest.raises(NotAllowed, match="is no regular file"):
        Vault(directory, {}).read(NAME)


def test_a_directory_is_no_secret(key_file: Path, directory: Path) -> None:
    key_file.unlink()
    key_file.mkdir(0o700)
    with pytest.raises(NotAllowed, match="is no regular file"):
        Vault(directory, {}).read(NAME)


def test_a_loop_of_links_is_told(key_file: Path, directory: Path) -> None:
    key_file.unlink()
    key_file.symlink_to(key_file)
    with pytest.raises(NotAllowed, match="cannot be read"):
        Vault(directory, {}).read(NAME)


def test_a_missing_one_says_where_to_put_it(tmp_path: Path) -> None:
    file = tmp_path / "pos-bridge.toml"
    file.write_text(
        TILL + '[[providers]]\nname = "c"\nkind = "maxma"\nkey = { credential = "maxma-key" }\nbase_url = "https://x"'
    )
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    assert str(refused.value) == (
        f'{file}: providers[0].key: credential "maxma-key" is missing: put it into {tmp_path}/credentials/maxma-key '
        f"(mode 0600) or into the environment variable {VARIABLE}"
    )


def test_a_secret_shows_nothing_of_itself() -> None:
    secret = Secret(SECRET)
    assert (str(secret), repr(secret), f"{[secret]}") == ("***", "Secret(***)", "[Secret(***)]")
