"""What a right configuration means: its values, its defaults, and that nothing else ever comes out of a file."""

import grp
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from bridge.config.checks import checks
from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.model import Config, Display, Messages, Provider, Till
from bridge.config.values import Duration
from bridge.domain.card import Charset, CheckDigit
from devices.codecs.displays.layout import DisplaySettings
from tests.config.inline_toml import inline_toml
from tests.config.samples import SECRET, TILL, Loader

EVERY_KEY = """
[till]
store = "store-01"
store_name = "Магазин на Ленина"
name = "till-1"
language = "ru"
currency = "RUB"

[socket]
path = "/run/pos-bridge/pos.sock"
group = "GROUP"
admin_groups = ["pos-admin"]

[http]
enabled = false
listen = "127.0.0.1:8710"
allow_from = ["192.168.1.20"]
tls_cert = "/etc/pos-bridge/cert.pem"
tls_key = "/etc/pos-bridge/key.pem"
token = { credential = "http-token" }

[[scanners]]
name = "front"
endpoint = "serial:///dev/pos/front?baud=9600"
terminators = ["cr", "lf", "crlf", "tab", "etx"]
idle_gap_ms = 60
layout = "us"
forward = "event"

[[card_formats]]
provider = "club"
prefix = "2900"
length = 13
charset = "digits"
check_digit = "ean13"
symbologies = ["EAN-13"]

[[displays]]
name = "pole"
endpoint = "serial:///dev/pos/pole?baud=9600"
command_set = "epson"
rows = 2
columns = 20
encoding = "cp866"
codepage_select = "1b 74 11"
brightness = 3
marquee_ms = 250

[[printers]]
name = "receipt"
endpoint = "lp:///dev/pos/receipt"
profile = "epson-80"
columns = 42
encoding = "cp866"
codepage = 17
cut = "full"
status = false

[[providers]]
name = "club"
kind = "maxma"
base_url = "https://api-test.maxma.com"
timeout_ms = 1500
write_timeout_ms = 10000
key = { credential = "maxma-key" }
max_redeem_percent = 100
[providers.policy]
redeem = "online"
accrue = "online_else_queue"
reverse = "queue"
cancel = "online"
balance = "at_card"
restore_redeemed_on_refund = true
partial_refund = "amount"
redeem_entries = ["scan", "typed", "picked"]

[messages]
show_card = true
print_on_card = false
print_on_close = true
idle = ["Добро пожаловать", "{date} {time}"]
idle_after = "30s"
night = "23:00-07:00"

[journal]
path = "/var/lib/pos-bridge/journal.db"

[sync]
every = "2m"
keep = "400d"
export_from = "cards.csv"
"""


def test_every_key_is_taken(load_text: Loader, group: str) -> None:
    config = load_text(EVERY_KEY.replace("GROUP", group))
    assert config.till == Till(store="store-01", name="till-1", store_name="Магазин на Ленина")
    assert config.socket.path == Path("/run/pos-bridge/pos.sock")
    assert config.http.token is not None
    assert config.http.token.name == "http-token"
    card_format = config.card_formats[0]
    assert (card_format.charset, card_format.check_digit) == (Charset.DIGITS, CheckDigit.EAN13)
    assert config.displays[0].settings() == DisplaySettings(2, 20, "cp866", b"\x1bt\x11", 3)
    assert config.displays[0].marquee_ms == 250
    assert config.messages == Messages(
        idle=("Добро пожаловать", "{date} {time}"), idle_after=Duration(seconds=30), night="23:00-07:00"
    )
    assert (config.printers[0].cut, config.printers[0].codepage) == ("full", 17)
    provider = config.providers[0]
    assert provider.key is not None
    assert provider.key.value == SECRET
    assert provider.policy.redeem_entries == ("scan", "typed", "picked")


def test_a_token_is_looked_for_only_where_it_is_used(load_text: Loader, directory: Path) -> None:
    missing = '[http]\nenabled = {}\ntoken = {{ credential = "http-token" }}\n'
    assert load_text(TILL + missing.format("false")).http.token is not None
    with pytest.raises(ConfigError, match=r'http\.token: credential "http-token" is missing'):
        load_text(TILL + missing.format("true"))
    (directory / "credentials" / "http-token").write_text("t0ken\n")
    (directory / "credentials" / "http-token").chmod(0o600)
    token = load_text(TILL + missing.format("true")).http.token
    assert token is not None
    assert token.read().value == "t0ken"


def test_a_certificate_must_be_there(load_text: Loader) -> None:
    tls = 'tls_cert = "no.pem"\ntls_key = "members.csv"\n'
    with pytest.raises(ConfigError, match=r'http\.tls_cert: ".*no\.pem" is no file that can be read'):
        load_text(TILL + '[http]\nenabled = true\ntoken = { credential = "maxma-key" }\n' + tls)


def test_the_shortest_configuration_has_the_defaults(load_text: Loader) -> None:
    config = load_text(TILL)
    assert config == Config(till=Till(store="store-01", name="till-1"))
    assert (config.till.language, config.till.currency) == ("ru", "RUB")
    assert config.socket.group is None
    assert config.journal.path == Path("/var/lib/pos-bridge/journal.db")
    assert not config.http.enabled


def test_the_shipped_example_loads(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grp, "getgrnam", lambda name: name)
    example = Path(__file__).parents[2] / "bridge/config/example.toml"
    file = directory / "pos-bridge.toml"
    file.write_text(example.read_text())
    config = load(file, {})
    assert [provider.kind for provider in config.providers] == ["maxma", "card-file"]
    assert config.providers[1].path == directory / "members.csv"


def test_a_relative_path_begins_beside_the_file(
    load_text: Loader, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert load_text(TILL + '[journal]\npath = "j.db"').journal.path == directory / "j.db"


def test_the_ledger_stands_beside_the_journal_unless_told(load_text: Loader) -> None:
    text = TILL + '[[providers]]\nname = "staff"\nkind = "card-file"\npath = "members.csv"\n'
    config = load_text(text)
    assert config.ledger_of(config.providers[0]) == Path("/var/lib/pos-bridge/staff-ledger.db")
    config = load_text(text + 'ledger = "/tmp/l.db"\n[journal]\npath = "/j/j.db"')
    assert config.ledger_of(config.providers[0]) == Path("/tmp/l.db")  # noqa: S108 - a name, nothing is opened


@pytest.mark.parametrize(
    "url",
    [
        "https://api.maxma.com",
        "https://10.0.0.1:8443/loyalty",
        "http://127.0.0.1:8081",
        "http://127.9.9.9",
        "http://[::1]:1",
        "http://localhost:5",
    ],
)
def test_an_address_is_taken_without_its_last_slash(url: str, load_text: Loader) -> None:
    provider = f'[[providers]]\nname = "c"\nkind = "maxma"\nkey = {{ credential = "maxma-key" }}\nbase_url = "{url}/"'
    assert load_text(TILL + provider).providers[0].base_url == url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", b"\x1bt\x11"),
        ('codepage_select = ""', b""),
        ('encoding = "CP1251"', b""),
        ('command_set = "cd5220"', b""),
        ('command_set = "cd5220"\ncodepage_select = "1b7411"', b"\x1bt\x11"),
    ],
)
def test_only_an_epson_in_cp866_is_told_its_page_unasked(text: str, expected: bytes, load_text: Loader) -> None:
    config = load_text(TILL + '[[displays]]\nname = "pole"\nendpoint = "serial:///dev/b"\n' + text)
    assert config.displays[0].settings().codepage_select == expected


def test_an_encoding_has_one_name_however_it_is_written(load_text: Loader) -> None:
    display = '[[displays]]\nname = "pole"\nendpoint = "serial:///dev/b"\nencoding = "IBM866"'
    assert load_text(TILL + display).displays[0].encoding == "cp866"


def test_default_admin_groups_need_not_exist(load_text: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(grp, "getgrnam", nobody)
    assert load_text(TILL).socket.admin_groups == ("pos-admin",)


def test_secrets_do_not_show(load_text: Loader, group: str) -> None:
    config = load_text(EVERY_KEY.replace("GROUP", group))
    assert SECRET not in f"{config!r} {config} {structs.asdict(config.providers[0])}"


# --- nothing but a Config or a ConfigError ---------------------------------------------------------

_KEYS = sorted(
    {field for kind in (Config, Till, Display, Provider) for field in kind.__struct_fields__}
    | {"forward", "endpoint", "policy", "credential", "redeem", "group", "prefix"}
)
_VALUES = st.one_of(
    st.integers(),
    st.booleans(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.sampled_from(["serial:///dev/a", "event", "maxma", "https://x.ru", "club", "cp866", "1b", "ean13"]),
)
_DOCUMENTS = st.recursive(
    _VALUES,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.sampled_from(_KEYS), below, max_size=6)),
    max_leaves=25,
)


def _is_config_or_refused(text: str, file: Path) -> None:
    file.write_text(text)
    try:
        config = load(file, {})
    except ConfigError as error:
        assert str(error).isprintable()  # noqa: PT017 - either way is right, and the message has rules too
        assert str(error).startswith(f"{file}: ")  # noqa: PT017 - the same
    else:
        assert not list(checks(config))


_ANY_TIME = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_ANY_TIME
@given(
    document=st.dictionaries(st.sampled_from(Config.__struct_fields__), _DOCUMENTS, max_size=6),
    has_till=st.booleans(),
)
def test_any_document_is_a_config_or_refused(document: dict[str, Any], has_till: bool, directory: Path) -> None:
    if has_till:
        document = {**document, "till": {"store": "s", "name": "t"}}
    lines = (f"{key} = {inline_toml(value)}\n" for key, value in document.items())
    _is_config_or_refused("".join(lines), directory / "any.toml")


@_ANY_TIME
@given(section=st.sampled_from(["scanners", "displays", "printers", "providers", "card_formats"]), data=st.data())
def test_any_section_is_a_config_or_refused(section: str, data: st.DataObject, directory: Path) -> None:
    kind: Any = Config.__annotations__[section].__args__[0]
    entry = data.draw(st.dictionaries(st.sampled_from(kind.__struct_fields__), _DOCUMENTS, min_size=1))
    keys = "".join(f"{key} = {inline_toml(value)}\n" for key, value in entry.items())
    _is_config_or_refused(f"{TILL}[[{section}]]\n{keys}", directory / "any.toml")


@_ANY_TIME
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_config_or_refused(text: str, directory: Path) -> None:
    _is_config_or_refused(text, directory / "any.toml")


@_ANY_TIME
@given(place=st.integers(0, len(EVERY_KEY) - 1), char=st.characters(exclude_categories=["Cs"]))
def test_any_slip_of_the_pen_is_a_config_or_refused(place: int, char: str, directory: Path, group: str) -> None:
    text = EVERY_KEY[:place] + char + EVERY_KEY[place + 1 :]
    _is_config_or_refused(text.replace("GROUP", group), directory / "any.toml")
