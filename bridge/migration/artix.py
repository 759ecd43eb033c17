"""Artix's CardLab plug-in (docs.artix.su, "CardLab"): its ini file as a provider of ours.

The policy is what Artix's page says of the plug-in: card information, redemption and cancelling online only;
accrual online, else queued; taking back an accrual always queued; the balance asked for at payment; spent points not
given back.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bridge.config.values import is_loopback
from bridge.migration.ini import Ini

NAME = "cardlab"
_FOLDER = "/etc/pos-bridge/credentials"


class NoCardLab(Exception):
    """The file says nothing about CardLab."""


def suggested(ini: Ini, file: str) -> Iterator[str]:
    """Lines of configuration. No value of login and password is among them. Raises NoCardLab."""
    settings, plugins = ini.get(NAME, {}), ini.get("plugins", {})
    if NAME not in ini and NAME not in plugins:
        raise NoCardLab(f"{file}: neither [CardLab] nor cardlab in [plugins]: another file of ncash.ini.d?")
    yield f"# From {_shown(file)}"
    yield from _switch(plugins.get(NAME))
    yield ""
    yield "[[providers]]"
    yield f'name = "{NAME}"'
    yield f'kind = "{NAME}"'
    yield from _address(settings.get("serverurl", ""))
    for key in ("login", "password"):
        yield f'{key} = {{ credential = "{NAME}-{key}" }}'
    yield from _POLICY
    yield from _credentials(settings)
    yield from _REST


_POLICY = """
[providers.policy]                   # what Artix's plug-in does
redeem = "online"
accrue = "online_else_queue"
reverse = "queue"
cancel = "online"
balance = "at_payment"
restore_redeemed_on_refund = false   # Artix's page says both; true if your shop gives spent points back
""".splitlines()

_REST = """
# Still to be filled in, Artix keeps it elsewhere:
#   [[card_formats]] provider = "cardlab": which numbers are cards of it (group of cards with cardmode = 8, bcode.ini)
#   [till] store, name
# CardLab's protocol is not public: what works until its vendor hands it over stands in docs/migration/artix.md.
""".splitlines()


def _switch(value: str | None) -> Iterator[str]:
    if value is None:
        yield "# The file does not turn the plug-in on or off (off by default); here a provider that is listed is on."
    else:
        yield f"# There: cardlab = {_shown(value)}; here a provider that is listed is on."


def _address(server_url: str) -> Iterator[str]:
    """serverUrl may be a host alone; ours is https, or http on this machine."""
    if not server_url:
        yield 'base_url = "https://"            # the file has no serverUrl: CardLab\'s address'
        return
    try:
        parts = urlsplit(server_url if "://" in server_url else f"//{server_url}")
        host, place = (
            parts.hostname or "",
            f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}",
        )
    except ValueError:
        yield 'base_url = "https://"            # serverUrl of the file is no address'
        return
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        yield f'base_url = "{parts.scheme}://{_shown(place)}"'
    else:
        yield f'base_url = "https://{_shown(place)}"'
        there = _shown(parts.scheme) or "no scheme"
        yield f"#   there: {there}. Only https is taken off this machine: does CardLab answer it?"


def _credentials(settings: Mapping[str, str]) -> Iterator[str]:
    yield "# Secrets do not stand in this file. As root, paste each from the file above, then Ctrl-D:"
    for key in ("login", "password"):
        what = "" if settings.get(key) else f"   (the file has no {key})"
        yield f"#   install -m 600 /dev/stdin {_FOLDER}/{NAME}-{key}{what}"
    yield "# and for the service (systemctl edit pos-bridge.service, [Service]):"
    for key in ("login", "password"):
        yield f"#   LoadCredential={NAME}-{key}:{_FOLDER}/{NAME}-{key}"


def _shown(text: str) -> str:
    """Text of a file as it may stand in ours: it can end neither a string nor a line."""
    return "".join(letter for letter in text if letter.isprintable() and letter not in '"\\')[:200]
