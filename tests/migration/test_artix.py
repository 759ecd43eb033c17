"""`suggest --from-artix`: the ini file of the source, and what people make of it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.main import run
from bridge.migration.artix import suggested
from bridge.migration.ini import Unreadable, parse_ini, read_ini

PASSWORD = "Пароль; с = знаками"
# As it comes with the product: everything commented out.
AS_DELIVERED = """[plugins]
; Система лояльности CardLab
;cardlab = off

[CardLab]
; URL сервера
;serverUrl = localhost
; Логин для подключения к серверу
;login =
; Пароль для подключения к серверу
;password =
"""
FILLED_IN = f"""[plugins]
; Система лояльности CardLab
cardlab = on ; с 1 марта

[CardLab]
  serverUrl = https://cardlab.example.ru:8443/api/ ; боевой
login = kassa-1
password = {PASSWORD}
"""


def suggestion(text: str) -> str:
    return "\n".join(suggested(parse_ini(text), "cardlab.ini"))


def provider_of(text: str) -> dict[str, object]:
    """The suggestion must be TOML, whatever the file held."""
    (provider,) = tomllib.loads(suggestion(text))["providers"]
    assert isinstance(provider, dict)
    return provider


def test_a_filled_in_file_becomes_a_provider() -> None:
    assert provider_of(FILLED_IN) == {
        "name": "cardlab",
        "kind": "cardlab",
        "base_url": "https://cardlab.example.ru:8443/api/",
        "login": {"credential": "cardlab-login"},
        "password": {"credential": "cardlab-password"},
        "policy": {
            "redeem": "online",
            "accrue": "online_else_queue",
            "reverse": "queue",
            "cancel": "online",
            "balance": "at_payment",
            "restore_redeemed_on_refund": False,
        },
    }


def test_secrets_are_not_printed_but_where_to_put_them() -> None:
    printed = suggestion(FILLED_IN)
    assert PASSWORD not in printed
    assert "Пароль" not in printed
    assert "kassa-1" not in printed
    assert "install -m 600 /dev/stdin /etc/pos-bridge/credentials/cardlab-password\n" in printed
    assert "LoadCredential=cardlab-login:/etc/pos-bridge/credentials/cardlab-login" in printed
    assert "cardlab = on;" in printed


def test_a_file_as_delivered_says_what_is_missing() -> None:
    printed = suggestion(AS_DELIVERED)
    assert "off by default" in printed
    assert "the file has no serverUrl" in printed
    assert "(the file has no password)" in printed
    assert provider_of(AS_DELIVERED)["base_url"] == "https://"


@pytest.mark.parametrize(
    ("written", "base_url", "is_explained"),
    [
        ("https://x.ru", "https://x.ru", False),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081", False),
        ("http://x.ru:80/a", "https://x.ru:80/a", True),
        ("x.ru", "https://x.ru", True),
        ("x.ru:7791", "https://x.ru:7791", True),
        ("localhost", "https://localhost", True),
        ("https://kassa:secret@x.ru?token=secret", "https://x.ru", False),
        ("https://[x", "https://", False),
        ('"https://x.ru"', "https://x.ru", False),
    ],
)
def test_addresses(written: str, base_url: str, is_explained: bool) -> None:
    text = f"[CardLab]\nserverUrl = {written}\n"
    assert provider_of(text)["base_url"] == base_url
    assert ("Only https is taken" in suggestion(text)) is is_explained
    assert "secret" not in suggestion(text)


def test_names_are_found_in_any_case() -> None:
    assert provider_of("[CARDLAB]\r\nSERVERURL=https://x.ru\r\n")["base_url"] == "https://x.ru"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_a_file_is_read_in_whatever_it_is_written(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "cardlab.ini"
    file.write_bytes(FILLED_IN.encode(encoding))
    assert read_ini(file)["cardlab"]["password"].startswith("Пароль")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"serverUrl = x\n[CardLab]\n", "line 1: text before the first [section]"),
        (b"[CardLab]\n= value\n", "a line that is neither a section nor `key = value`"),
        (b"\x98\xff", "not text"),
        (b"[a]\n" + b"x" * (1 << 20), "larger than 1048576 bytes: not a settings file"),
    ],
)
def test_what_is_no_ini_file_is_told(tmp_path: Path, data: bytes, why: str) -> None:
    file = tmp_path / "cardlab.ini"
    file.write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        read_ini(file)
    assert str(refused.value) == f"{file}: {why}" or why.startswith("a line")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(url=texts, switch=texts, file=texts)
def test_no_file_breaks_the_configuration(url: str, switch: str, file: str) -> None:
    text = f"[plugins]\ncardlab = {switch}\n[CardLab]\nserverUrl = {url}\n"
    try:
        parsed = parse_ini(text)
    except Exception:  # noqa: BLE001 - whatever configparser calls it: such a file is refused
        return
    if "cardlab" in parsed:
        tomllib.loads("\n".join(suggested(parsed, file)))


def test_the_command_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cardlab.ini"
    file.write_text(FILLED_IN)
    assert run(["suggest", "--from-artix", str(file)]) == 0
    assert tomllib.loads(capsys.readouterr().out)["providers"][0]["kind"] == "cardlab"


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.ini"
    assert run(["suggest", "--from-artix", str(file)]) == 2
    assert capsys.readouterr().err == f"{file}: cannot be read: No such file or directory\n"
    file.write_text("[plugins]\nother = on\n")
    assert run(["suggest", "--from-artix", str(file)]) == 1
    assert "neither [CardLab] nor cardlab in [plugins]" in capsys.readouterr().err
