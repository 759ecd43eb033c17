"""What is read from files that people and other programs have written."""

import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from bridge.card_list.reading import CardList, CardListError
from bridge.config.errors import ConfigError
from bridge.config.loading import load_text
from bridge.config.profiles import load_profile
from bridge.emulation.scenario.loading import load_scenario, shipped
from bridge.migration.artix import NoCardLab, suggested
from bridge.migration.ini import Unreadable, read_ini
from bridge.providers.card_file.members import CardFileError, parse_members
from tests.fuzz.target import Target, choice, text_of

TILL = b'[till]\nstore = "s"\nname = "t"\n'
_SECTION = re.compile(r"^(?=\[)", re.MULTILINE)
# What is read from a path is put where nothing has to reach a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 - in a folder of our own


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="fuzz-", dir=MEMORY if MEMORY.is_dir() else None)


def _from_file(read: Callable[[Path], object], *, suffix: str) -> Callable[[bytes], None]:
    """A configuration file of some kind: values, or one line that says where what is wrong."""

    def check(data: bytes) -> None:
        file = Path(_folder().name, f"any{suffix}")
        file.write_bytes(data)
        try:
            read(file)
        except ConfigError as error:
            _is_one_line_about(file, error)

    return check


def configuration(data: bytes) -> None:
    """A configuration, or one line that says where what is wrong."""
    file = Path("any.toml")
    try:
        load_text(file, text_of(data))
    except ConfigError as error:
        _is_one_line_about(file, error)


def _is_one_line_about(file: Path, error: ConfigError) -> None:
    assert str(error).isprintable()
    assert str(error).startswith(f"{file}: ")


def card_list(data: bytes) -> None:
    """Rows with their lines, or one error that names no card."""
    try:
        rows = list(CardList(data, "cards.csv").rows())
    except CardListError as error:
        assert str(error).startswith("cards.csv:")
        return
    assert all(row.line >= 2 for row in rows)
    assert [row.line for row in rows] == sorted({row.line for row in rows})


def members(data: bytes) -> None:
    """Members by their numbers, or one error that names none."""
    try:
        found = parse_members(data[1:], "members", is_csv=bool(choice(data, 0, 2)))
    except CardFileError as error:
        assert str(error).startswith("members:")
        return
    assert all(number == member.number.value for number, member in found.items())


def artix(data: bytes) -> None:
    """Lines of configuration that are one, with no control character in any."""
    file = Path(_folder().name, "any.ini")
    file.write_bytes(data)
    try:
        lines = list(suggested(read_ini(file), "cardlab.ini"))
    except (Unreadable, NoCardLab):
        return
    assert all(line.isprintable() for line in lines)
    text = "\n".join(lines)
    try:
        load_text(Path("any.toml"), TILL.decode() + text)
    except ConfigError as error:
        assert "not TOML" not in str(error), text


def _sections(text: str) -> Iterator[bytes]:
    """A whole file, and each of its tables alone."""
    yield from (TILL + part.encode() for part in _SECTION.split(text) if "[till]" not in part)


def _configurations() -> Iterator[bytes]:
    yield from _sections((files("bridge.config") / "example.toml").read_text("utf-8"))


def _profiles() -> Iterator[bytes]:
    for profile in sorted(Path(str(files("bridge.providers.rest") / "profiles")).glob("*.toml")):
        text = profile.read_text("utf-8")
        yield text.encode()
        yield "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#")).encode()


def _scenarios() -> Iterator[bytes]:
    for file in shipped()[::4]:
        yield file.read_bytes()


_CARDS = (
    "Номер карты;Фамилия;Имя;Телефон;Шаблон;Клиент;Удален;Баланс\n"
    "2900000000018;Иванова;Мария;+79161234567;Клуб;1;Нет;350,50\n"
)
_MEMBERS = (
    b'[[members]]\ncard = "2900000000018"\nholder = "A"\nphone = "+79161234567"\nbalance = "350.50"\nstate = "active"\n'
)
_INI = (
    b'[CardLab]\nserverUrl=https://cards.example/api ; here\nlogin=till\npassword = "a=b;c"\n[plugins]\ncardlab=true\n'
)

_TOML = (b"[[", b"]]", b'"""', b"'''", b" = ", b"1979-05-27T07:32:00Z", b"0x", b"inf", b"nan", b"{ credential = ")
_KEYS = tuple(
    key.encode()
    for key in (
        *("scanners", "displays", "printers", "providers", "card_formats", "endpoint", "forward", "kind", "base_url"),
        *("serial://", "input://", "hidraw://", "event", "wedge", "pty:", "maxma", "locards", "cardlab", "card-file"),
        *("listen", "allow_from", "tls_cert", "codepage_select", "command_set", "keep", "every", "400d", "policy"),
    )
)
_CALLS = tuple(
    key.encode()
    for key in (
        "[find]",
        "[purchase]",
        "[[errors]]",
        "[auth]",
        "path",
        "query",
        "body",
        "reply",
        "{card}",
        "/a/~1",
        "means",
        "status",
    )
)

TARGETS = (
    Target("configuration", configuration, _configurations, _TOML + _KEYS),
    Target("profiles", _from_file(load_profile, suffix=".toml"), _profiles, _TOML + _CALLS, max_bytes=8192),
    Target("scenarios", _from_file(load_scenario, suffix=".toml"), _scenarios, _TOML, max_bytes=4096),
    Target(
        "card-lists",
        card_list,
        lambda: tuple(_CARDS.encode(name) for name in ("utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16")),
        (b";", b'"', b"\r\n", b"\xff\xfe", b"card", "Штрихкод".encode(), "Телефон".encode()),
    ),
    Target(
        "members",
        members,
        lambda: (
            b"\x00" + _MEMBERS,
            b"\x01card,holder,phone,balance,kind,discount_percent\n2900000000018,A,+79161234567,350.50,both,5\n",
        ),
        (*_TOML, b"card,", b"balance", b"discount_percent", b"bonus", b"1e999999"),
    ),
    Target("artix", artix, lambda: (_INI, _INI.decode().encode("utf-8-sig")), (b"[CardLab]", b"serverUrl=", b"%(a)s")),
)
