"""What of a changed configuration a running till takes on."""

import pytest

from bridge.config.model import Config
from bridge.config.reloading import taken_on
from tests.config.samples import Loader

BEFORE = """
[till]
store = "s"
name = "t"
[socket]
path = "/run/a.sock"
[http]
token = { credential = "maxma-key" }
[[providers]]
name = "club"
kind = "maxma"
base_url = "https://api.maxma.com"
key = { credential = "maxma-key" }
"""


@pytest.fixture
def running(load_text: Loader) -> Config:
    return load_text(BEFORE)


def test_the_same_again_changes_nothing(running: Config, load_text: Loader) -> None:
    """Secrets too are the same when they are read again."""
    now, waits = taken_on(running, load_text(BEFORE))
    assert (now, waits) == (running, ())


def test_devices_providers_and_messages_are_taken_on(running: Config, load_text: Loader) -> None:
    wanted = load_text(
        BEFORE.replace('name = "t"', 'name = "t"\nlanguage = "en"\nstore_name = "S"')
        + '[[displays]]\nname = "pole"\nendpoint = "serial:///dev/ttyS0"\n[messages]\nshow_card = false\n'
    )
    assert taken_on(running, wanted) == (wanted, ())


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "t"', 'name = "u"', "till.name"),
        ('store = "s"', 'store = "z"', "till.store"),
        ("/run/a.sock", "/run/b.sock", "socket.path"),
        ("[http]", '[http]\nlisten = "127.0.0.1:8711"', "http.listen"),
        ("[till]", '[journal]\npath = "/tmp/x.db"\n[till]', "journal.path"),
    ],
)
def test_what_was_opened_at_the_start_waits(running: Config, load_text: Loader, old: str, new: str, key: str) -> None:
    now, waits = taken_on(running, load_text(BEFORE.replace(old, new, 1)))
    assert waits == (key,)
    assert now == running
