"""What no single key can tell: which values of a configuration do not go together."""

import grp
import os
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain

from bridge.config.check_http import check_http
from bridge.config.doors import DEFAULT_ADMIN_GROUPS
from bridge.config.errors import ConfigError, Problem, quoted
from bridge.config.model import CardFormat, Config, Display, Printer, Provider, Scanner
from bridge.config.policies import check_policy
from bridge.config.values import Duration
from bridge.domain.card import Charset, CheckDigit
from bridge.providers import KINDS
from devices.codecs.aim import SYMBOLOGIES
from devices.codecs.displays.command_set import NoSuchDisplay
from devices.printers.profiles import PROFILES
from devices.registry import COMMAND_SETS

# sun_path of unix(7) is 108 bytes with its closing zero.
LONGEST_SOCKET_PATH_BYTES = 107

# Customers bring goods back for weeks, and a return needs its sale.
SHORTEST_KEEP = Duration(days=31)

# Ten columns a second; most people read a text that runs by half as fast.
FASTEST_MARQUEE_MS = 100

# Which endpoints make sense for a role; devices.transports opens them. usb:// is a printer's: of scanners and displays
# that no driver of Linux makes a node for, nobody has published what they say.
SCHEMES = {
    "scanners": ("serial", "input", "hidraw"),
    "displays": ("serial",),
    "printers": ("lp", "serial", "tcp", "usb"),
}

# Keys that only some kinds of provider have.
_OWN_KEYS = ("base_url", "key", "login", "password", "profile", "path", "ledger", "accrue_percent")

Device = Scanner | Display | Printer


def checks(config: Config) -> Iterator[Problem]:
    """A Problem for each value that cannot work together with the others, or on this machine."""
    return chain(
        _check_names(config),
        _check_devices(config),
        _check_forwards(config),
        _check_registered(config),
        *(_check_display(f"displays[{place}]", row) for place, row in enumerate(config.displays)),
        *(_check_printer(f"printers[{place}]", row) for place, row in enumerate(config.printers)),
        *(_check_card_format(f"card_formats[{place}]", row, config) for place, row in enumerate(config.card_formats)),
        *(_check_provider(f"providers[{place}]", row) for place, row in enumerate(config.providers)),
        _check_socket(config),
        _check_keep(config.journal.keep),
        _check_night(config.messages.night),
        check_http(config.http),
    )


def _check_keep(keep: Duration) -> Iterator[Problem]:
    if keep < SHORTEST_KEEP:
        yield Problem("journal.keep", f"{quoted(str(keep))} is too short", (f"{SHORTEST_KEEP} or longer",))


def devices_of(config: Config) -> Iterator[tuple[str, str, Device]]:
    """Role, key path and settings of every device."""
    for role in SCHEMES:
        for place, device in enumerate(getattr(config, role)):
            yield role, f"{role}[{place}]", device


def _check_names(config: Config) -> Iterator[Problem]:
    named = [(path, device.name) for _role, path, device in devices_of(config)]
    named += [(f"providers[{place}]", provider.name) for place, provider in enumerate(config.providers)]
    count = Counter(name for _path, name in named)
    for path, name in named:
        if count[name] > 1:
            yield Problem(f"{path}.name", f"{quoted(name)} is the name of {count[name]} devices or providers")


def _check_devices(config: Config) -> Iterator[Problem]:
    first_at: dict[str, str] = {}
    for role, path, device in devices_of(config):
        place = device.endpoint.place
        if device.endpoint.scheme not in SCHEMES[role]:
            yield Problem(
                f"{path}.endpoint",
                f"{quoted(device.endpoint)} is no place for {role}",
                tuple(f"{scheme}://" for scheme in SCHEMES[role]),
            )
        if place in first_at:
            yield Problem(f"{path}.endpoint", f"{quoted(place)} is already taken by {first_at[place]}")
        first_at[place] = path
    for place_, scanner in enumerate(config.scanners):
        if not scanner.terminators and not scanner.idle_gap_ms:
            yield Problem(f"scanners[{place_}].terminators", "no terminator and no idle_gap_ms: no scan would end")
        if scanner.layout != "us" and scanner.endpoint.scheme != "input":
            yield Problem(f"scanners[{place_}].layout", "only a scanner at input:// types in a layout")


def _check_forwards(config: Config) -> Iterator[Problem]:
    taken = {device.endpoint.place.partition("://")[2]: path for _role, path, device in devices_of(config)}
    taken[str(config.socket.path)] = "socket.path"
    for place, scanner in enumerate(config.scanners):
        if scanner.forward.pty_path is None:
            continue
        path = os.path.normpath(scanner.forward.pty_path)
        if path in taken:
            yield Problem(f"scanners[{place}].forward", f"{quoted(scanner.forward)} is already taken by {taken[path]}")
        taken[path] = f"scanners[{place}]"


def _check_registered(config: Config) -> Iterator[Problem]:
    for place, display in enumerate(config.displays):
        yield from _check_name(f"displays[{place}].command_set", display.command_set, COMMAND_SETS)
    for place, printer in enumerate(config.printers):
        yield from _check_name(f"printers[{place}].profile", printer.profile, PROFILES)
    for place, provider in enumerate(config.providers):
        yield from _check_name(f"providers[{place}].kind", provider.kind, KINDS)
    for place, card_format in enumerate(config.card_formats):
        for number, symbology in enumerate(card_format.symbologies):
            yield from _check_name(f"card_formats[{place}].symbologies[{number}]", symbology, SYMBOLOGIES)


def _check_display(path: str, row: Display) -> Iterator[Problem]:
    if row.command_set not in COMMAND_SETS:
        return
    try:
        COMMAND_SETS[row.command_set].init(row.settings())
    except NoSuchDisplay as error:
        yield Problem(f"{path}.{error.key}", str(error))
    if 0 < row.marquee_ms < FASTEST_MARQUEE_MS:
        yield Problem(
            f"{path}.marquee_ms", f"{row.marquee_ms} is too fast to be read", ("0", f"at least {FASTEST_MARQUEE_MS}")
        )


def _check_night(night: str) -> Iterator[Problem]:
    begins, _, ends = night.partition("-")
    if begins and begins == ends:
        yield Problem("messages.night", f"{quoted(night)} begins when it ends", ('""', "two different times"))


def _check_printer(path: str, row: Printer) -> Iterator[Problem]:
    if row.profile not in PROFILES:
        return
    profile = PROFILES[row.profile]
    if row.encoding not in {None, profile.encoding} and row.codepage is None and profile.codepage is not None:
        yield Problem(f"{path}.codepage", f"missing: encoding {row.encoding} needs its number in `ESC t`")
    if profile.is_text_only:
        for key in ("codepage", "cut", "status"):
            if getattr(row, key) not in {None, False, "none"}:
                yield Problem(f"{path}.{key}", f"profile {row.profile} sends text only and has no such key")


def _check_name(key_path: str, name: str, registry: Collection[str]) -> Iterator[Problem]:
    if name not in registry:
        yield Problem(key_path, f"{quoted(name)} is not allowed", tuple(registry))


def _check_card_format(path: str, row: CardFormat, config: Config) -> Iterator[Problem]:
    names = tuple(provider.name for provider in config.providers)
    if row.provider not in names:
        yield Problem(f"{path}.provider", f"{quoted(row.provider)} is no provider of this file", names)
    if row.length is not None and len(row.prefix) > row.length:
        yield Problem(f"{path}.prefix", f"{len(row.prefix)} characters are longer than length = {row.length}")
    if row.check_digit is CheckDigit.EAN13 and row.length not in {None, 13}:
        yield Problem(f"{path}.length", f"{row.length} does not go with check_digit ean13", ("13",))
    if not _is_made_of(row.prefix, row.charset):
        yield Problem(f"{path}.prefix", f"{quoted(row.prefix)} is not made of charset {row.charset}")


def _is_made_of(prefix: str, charset: Charset) -> bool:
    if charset is Charset.ANY or not prefix:
        return prefix.isprintable()
    return prefix.isascii() and (prefix.isdigit() if charset is Charset.DIGITS else prefix.isalnum())


def _check_provider(path: str, row: Provider) -> Iterator[Problem]:
    if row.kind not in KINDS:
        return
    needed, taken = KINDS[row.kind].needs, KINDS[row.kind].takes
    for key in _OWN_KEYS:
        value = getattr(row, key)
        if key in needed and value is None:
            yield Problem(f"{path}.{key}", f"missing: kind {row.kind} needs it")
        if value and key not in (*needed, *taken):
            yield Problem(f"{path}.{key}", f"kind {row.kind} has no such key", (*needed, *taken))
    yield from _check_members_file(f"{path}.path", row)
    yield from _check_templates(path, row)
    if KINDS[row.kind].is_profiled:
        yield from _check_profile(path, row)
    else:
        yield from check_policy(path, row, KINDS[row.kind].abilities)


def _check_profile(path: str, row: Provider) -> Iterator[Problem]:
    # What reads profiles is imported for tills that have one.
    from bridge.config.profiles import load_profile, profile_file  # noqa: PLC0415
    from bridge.providers.rest.checking import abilities_of, secrets_of  # noqa: PLC0415

    file = profile_file(row)
    if file is None:
        return  # the missing key is told already
    try:
        profile = load_profile(file)
    except ConfigError as error:
        yield Problem(f"{path}.profile", str(error))
        return
    for key in secrets_of(profile):
        if getattr(row, key) is None:
            yield Problem(f"{path}.{key}", f"missing: the profile {file.name} needs it", ('{ credential = "NAME" }',))
    yield from check_policy(path, row, abilities_of(profile))


def _check_templates(path: str, row: Provider) -> Iterator[Problem]:
    count = Counter(template.name for template in row.templates)
    for place, template in enumerate(row.templates):
        if count[template.name] > 1:
            yield Problem(f"{path}.templates[{place}].name", f"{quoted(template.name)} is there more than once")


def _check_members_file(key_path: str, row: Provider) -> Iterator[Problem]:
    if row.path is None:
        return
    if row.path.suffix not in {".toml", ".csv"}:
        yield Problem(key_path, f'"{row.path}" is not allowed', ("a file named .toml or .csv",))
    elif not (row.path.is_file() and os.access(row.path, os.R_OK)):
        yield Problem(key_path, f'"{row.path}" is no file that can be read')


def _check_socket(config: Config) -> Iterator[Problem]:
    length = len(os.fsencode(config.socket.path))
    if length > LONGEST_SOCKET_PATH_BYTES:
        yield Problem(
            "socket.path", f"{length} bytes are too long for a socket", (f"at most {LONGEST_SOCKET_PATH_BYTES}",)
        )
    if config.socket.group is not None and not group_exists(config.socket.group):
        yield Problem("socket.group", f"there is no group {quoted(config.socket.group)}: groupadd it first")
    for place, group in enumerate(config.socket.admin_groups):
        # A till without the default group has no admins but root, and needs none.
        if group not in DEFAULT_ADMIN_GROUPS and not group_exists(group):
            yield Problem(f"socket.admin_groups[{place}]", f"there is no group {quoted(group)}: groupadd it first")


def group_exists(name: str) -> bool:
    """Asked for by its name: a company's directory (sssd) lists none of its groups."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
