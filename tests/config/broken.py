"""Broken configurations, each with the line that its installer reads after the name of the file."""

from tests.config.broken_http import BROKEN_HTTP
from tests.config.broken_policies import POLICIES
from tests.config.samples import CLUB, FILE_KIND, SECRET, TILL

SCANNER = '[[scanners]]\nname = "front"\nendpoint = "serial:///dev/a"\nforward = "event"\n'
DISPLAY = '[[displays]]\nname = "pole"\nendpoint = "serial:///dev/b"\n'
PRINTER = '[[printers]]\nname = "receipt"\nendpoint = "lp:///dev/c"\n'
CARDS = '[[card_formats]]\nprovider = "club"\n'

URLS = "https://HOST, or http:// on loopback (127.0.0.1, ::1, localhost)"
NAME = "letters, digits, `.`, `_` and `-`, at most 32 characters"
IDENTITY = "text of at most 64 characters, no control characters, no spaces at its ends"
PASTE = (
    'a secret may not stand in this file: write { credential = "NAME" } and put the secret into credentials/NAME '
    "beside this file (mode 0600)"
)
PROVIDER_KEYS = (
    "name, kind, base_url, timeout_ms, write_timeout_ms, key, login, password, max_redeem_percent, templates, profile, "
    "path, ledger, accrue_percent, policy"
)

BROKEN = {
    **BROKEN_HTTP,
    # the text itself
    "no toml": ("till", "end of document: not TOML: Expected '=' after a key in a key/value pair"),
    "end of file": ("[till", "end of document: not TOML: Expected ']' at the end of a table declaration"),
    "no quotes": (
        TILL + "language = ru",
        'line 4, column 12: not TOML: Invalid value: text stands in straight quotes, as "front"',
    ),
    "twice": ("[till]\n[till]", "line 2, column 6: not TOML: Cannot declare ('till',) twice"),
    "deep": ("a = " + "[" * 2000, "not TOML that can be read: a number too long, or nested too deeply"),
    "digits": ("a = " + "9" * 5000, "not TOML that can be read: a number too long, or nested too deeply"),
    "exponent": (
        "a = 1e99999999999999999999",
        "not TOML that can be read: a number too long, or nested too deeply",
    ),
    # keys
    "no till": ("", "till: missing: use a table"),
    "no store": ('[till]\nname = "1"', f"till.store: missing: use {IDENTITY}"),
    "misspelt key": (
        TILL + 'stroe = "x"',
        "till.stroe: unknown key (did you mean store?): use store, name, store_name, language, currency",
    ),
    "misspelt section": (
        TILL + "[[displya]]",
        (
            "displya: unknown key (did you mean displays?): use till, socket, http, scanners, card_formats, displays, "
            "printers, providers, messages, journal, sync"
        ),
    ),
    "key without likeness": (
        TILL + CLUB + "zzz = 1",
        f"providers[0].zzz: unknown key: use {PROVIDER_KEYS}",
    ),
    "key with a line break": (
        TILL + '[socket]\n"a\\nb" = 1',
        "socket.a\\nb: unknown key: use path, group, admin_groups",
    ),
    "required": (
        TILL + '[[scanners]]\nname = "a"\nendpoint = "serial:///dev/a"',
        "scanners[0].forward: missing: use wedge, pty:/PATH, event",
    ),
    # types and ranges
    "wrong type": (
        TILL + CLUB + 'timeout_ms = "fast"',
        'providers[0].timeout_ms: expected a whole number from 1 to 60000, got "fast"',
    ),
    "number with a point": (
        TILL + CLUB + "timeout_ms = 1.5",
        "providers[0].timeout_ms: expected a whole number from 1 to 60000, got 1.5",
    ),
    "zero": (
        TILL + CLUB + "timeout_ms = 0",
        "providers[0].timeout_ms: 0 is not allowed: use a whole number from 1 to 60000",
    ),
    "huge": (
        TILL + CLUB + "timeout_ms = 0x" + "f" * 6000,
        "providers[0].timeout_ms: a very large number is not allowed: use a whole number from 1 to 60000",
    ),
    "boolean for a number": (
        TILL + CLUB + "timeout_ms = true",
        "providers[0].timeout_ms: expected a whole number from 1 to 60000, got true",
    ),
    "text for a boolean": (
        TILL + '[messages]\nshow_card = "yes"',
        'messages.show_card: expected true or false, got "yes"',
    ),
    "number for a boolean": (
        TILL + "[messages]\nshow_card = 1",
        "messages.show_card: expected true or false, got 1",
    ),
    "date": ('[till]\nstore = 2026-01-01\nname = "1"', f"till.store: expected {IDENTITY}, got 2026-01-01"),
    "one table for many": (
        TILL + '[scanners]\nname = "a"',
        "scanners: expected a list of tables, [[...]], got a table",
    ),
    "many tables for one": ("[[till]]", "till: expected a table, got a list"),
    "text for a list": (
        TILL + SCANNER + 'terminators = "cr"',
        'scanners[0].terminators: expected a list of cr, crlf, etx, lf, tab, got "cr"',
    ),
    "one of a list": (
        TILL + SCANNER + 'terminators = ["cr", "nl"]',
        'scanners[0].terminators[1]: "nl" is not allowed: use cr, crlf, etx, lf, tab',
    ),
    "language": (TILL + 'language = "de"', 'till.language: "de" is not allowed: use en, ru'),
    "currency": (
        TILL + 'currency = "rub"',
        'till.currency: "rub" is not allowed: use RUB',
    ),
    "forged path": (
        TILL + 'language = "x - at `$.till.name`"',
        'till.language: "x - at `$.till.name`" is not allowed: use en, ru',
    ),
    "control character": (
        '[till]\nstore = "a\\u001bb"\nname = "1"',
        f'till.store: "a\\u001bb" is not allowed: use {IDENTITY}',
    ),
    "space at the end": (
        '[till]\nstore = "a "\nname = "1"',
        f'till.store: "a " is not allowed: use {IDENTITY}',
    ),
    "long": (
        f'[till]\nstore = "{"x" * 65}"\nname = "1"',
        f'till.store: "{"x" * 59}... is not allowed: use {IDENTITY}',
    ),
    "device name": (
        TILL + SCANNER.replace("front", "the front"),
        f'scanners[0].name: "the front" is not allowed: use {NAME}',
    ),
    "percent": (
        TILL + CLUB + "max_redeem_percent = 101",
        "providers[0].max_redeem_percent: 101 is not allowed: use a number from 0 to 100",
    ),
    "percent that is none": (
        TILL + CLUB + "max_redeem_percent = nan",
        "providers[0].max_redeem_percent: NaN is not allowed: use a number from 0 to 100",
    ),
    "percent as text": (
        TILL + CLUB + 'max_redeem_percent = "5%"',
        'providers[0].max_redeem_percent: expected a number from 0 to 100, got "5%"',
    ),
    "duration": (
        TILL + '[sync]\nkeep = "year"',
        'sync.keep: "year" is not allowed: use a number with s, m, h or d ("10m")',
    ),
    "interval": (
        TILL + '[sync]\nevery = "often"',
        'sync.every: "often" is not allowed: use a number with s, m, h or d ("2m"), or ""',
    ),
    "interval of no length": (
        TILL + '[sync]\nevery = "0m"',
        'sync.every: "0m" is not allowed: use a number with s, m, h or d ("2m"), or ""',
    ),
    # values with a reader of their own
    "encoding unknown": (
        TILL + DISPLAY + 'encoding = "cp9999"',
        'displays[0].encoding: "cp9999" is not allowed: use cp866, cp1251, or another single-byte encoding',
    ),
    "endpoint scheme": (
        TILL + SCANNER.replace("serial:", "com:"),
        "scanners[0].endpoint: 'com:///dev/a': expected one of serial://, lp://, input://, hidraw://, tcp://, usb://",
    ),
    "endpoint number": (
        TILL + SCANNER.replace("serial:///dev/a", "17"),
        "scanners[0].endpoint: '17': expected one of serial://, lp://, input://, hidraw://, tcp://, usb://",
    ),
    "endpoint type": (
        TILL + SCANNER.replace('"serial:///dev/a"', "17"),
        "scanners[0].endpoint: expected text, got 17",
    ),
    "endpoint long": (
        TILL + SCANNER.replace("/dev/a", "/" + "a" * 300),
        f'scanners[0].endpoint: "serial:///{"a" * 49}... is too long: use at most 300 characters',
    ),
    "forward": (
        TILL + SCANNER.replace('"event"', '"keyboard"'),
        'scanners[0].forward: "keyboard" is not allowed: use wedge, pty:/PATH, event',
    ),
    "forward to a relative path": (
        TILL + SCANNER.replace('"event"', '"pty:front"'),
        'scanners[0].forward: "pty:front" is not allowed: use wedge, pty:/PATH, event',
    ),
    "empty path": (TILL + '[journal]\npath = ""', 'journal.path: "" is not allowed: use a path'),
    "zero in a path": (
        TILL + '[journal]\npath = "a\\u0000b"',
        'journal.path: "a\\u0000b" is not allowed: use a path',
    ),
    "http": (
        TILL + CLUB.replace("https:", "http:"),
        f'providers[0].base_url: "http://x.ru" is not allowed: use {URLS}',
    ),
    "http on a name like loopback": (
        TILL + CLUB.replace("https://x.ru", "http://127.0.0.1.x.ru"),
        f'providers[0].base_url: "http://127.0.0.1.x.ru" is not allowed: use {URLS}',
    ),
    "ftp": (
        TILL + CLUB.replace("https:", "ftp:"),
        f'providers[0].base_url: "ftp://x.ru" is not allowed: use {URLS}',
    ),
    "no host": (
        TILL + CLUB.replace("x.ru", ""),
        f'providers[0].base_url: "https://" is not allowed: use {URLS}',
    ),
    "port": (
        TILL + CLUB.replace("x.ru", "x.ru:port"),
        f"providers[0].base_url: not an address: use {URLS}",
    ),
    "userinfo": (
        TILL + CLUB.replace("x.ru", f"u:{SECRET}@x.ru"),
        "providers[0].base_url: an address may have no user, password, query or fragment: they belong in credentials",
    ),
    "query": (
        TILL + CLUB.replace("x.ru", f"x.ru/?key={SECRET}"),
        "providers[0].base_url: an address may have no user, password, query or fragment: they belong in credentials",
    ),
    # credentials
    "literal secret": (
        TILL + CLUB.replace('{ credential = "maxma-key" }', f'"{SECRET}"'),
        f"providers[0].key: {PASTE}",
    ),
    "literal token": (TILL + f'[http]\ntoken = "{SECRET}"', f"http.token: {PASTE}"),
    "odd credential": (
        TILL + CLUB.replace("credential", "secret"),
        'providers[0].key: expected { credential = "NAME" } and nothing else in the braces',
    ),
    "credential name": (
        TILL + CLUB.replace("maxma-key", "../maxma-key"),
        "providers[0].key: the name of this credential is not allowed: use a-z, 0-9 and - (at most 64)",
    ),
    # what does not go together
    "names": (
        TILL + SCANNER + DISPLAY.replace("pole", "front"),
        'scanners[0].name: "front" is the name of 2 devices or providers',
    ),
    "names of providers": (
        TILL + CLUB + FILE_KIND.replace("staff", "club") + 'path = "members.csv"',
        'providers[0].name: "club" is the name of 2 devices or providers',
    ),
    "one endpoint": (
        TILL + SCANNER + DISPLAY.replace("/dev/b", "/dev/a?baud=19200"),
        'displays[0].endpoint: "serial:///dev/a" is already taken by scanners[0]',
    ),
    "one path for two forwards": (
        TILL
        + SCANNER.replace('"event"', '"pty:/run/x"')
        + SCANNER.replace("front", "back").replace("/dev/a", "/dev/b").replace('"event"', '"pty:/run/./x"'),
        'scanners[1].forward: "pty:/run/./x" is already taken by scanners[0]',
    ),
    "forward to the scanner itself": (
        TILL + SCANNER.replace('"event"', '"pty:/dev/a"'),
        'scanners[0].forward: "pty:/dev/a" is already taken by scanners[0]',
    ),
    "forward to the socket": (
        TILL + SCANNER.replace('"event"', '"pty:/run/pos-bridge/pos.sock"'),
        'scanners[0].forward: "pty:/run/pos-bridge/pos.sock" is already taken by socket.path',
    ),
    "endpoint of another role": (
        TILL + SCANNER.replace("serial:", "lp:"),
        'scanners[0].endpoint: "lp:///dev/a" is no place for scanners: use serial://, input://, hidraw://',
    ),
    "endless scan": (
        TILL + SCANNER + "terminators = []\nidle_gap_ms = 0",
        "scanners[0].terminators: no terminator and no idle_gap_ms: no scan would end",
    ),
    "profile": (
        TILL + PRINTER + 'profile = "epson"',
        (
            'printers[0].profile: "epson" is not allowed: use epson-80, epson-58, star-80, rongta-80, xprinter-80, '
            "xprinter-58, text-80, text-58"
        ),
    ),
    "code page of another encoding": (
        TILL + PRINTER + 'encoding = "cp1251"',
        "printers[0].codepage: missing: encoding cp1251 needs its number in `ESC t`",
    ),
    "cutter of a text printer": (
        TILL + PRINTER + 'profile = "text-58"\ncut = "full"',
        "printers[0].cut: profile text-58 sends text only and has no such key",
    ),
    "kind": (
        TILL + CLUB.replace('"maxma"', '"uds"'),
        'providers[0].kind: "uds" is not allowed: use maxma, locards, cardlab, rest, card-file',
    ),
    "key of a kind": (
        TILL + CLUB.replace('key = { credential = "maxma-key" }', ""),
        "providers[0].key: missing: kind maxma needs it",
    ),
    "file of a kind": (TILL + FILE_KIND, "providers[0].path: missing: kind card-file needs it"),
    "key of another kind": (
        TILL + CLUB + 'path = "members.csv"',
        "providers[0].path: kind maxma has no such key: use base_url, key",
    ),
    "members of another format": (
        TILL + FILE_KIND + 'path = "/m.xls"',
        'providers[0].path: "/m.xls" is not allowed: use a file named .toml or .csv',
    ),
    "card of nobody": (
        TILL + CLUB + CARDS.replace("club", "clab"),
        'card_formats[0].provider: "clab" is no provider of this file: use club',
    ),
    "long prefix": (
        TILL + CLUB + CARDS + 'prefix = "2900"\nlength = 3',
        "card_formats[0].prefix: 4 characters are longer than length = 3",
    ),
    "ean13 of another length": (
        TILL + CLUB + CARDS + 'check_digit = "ean13"\nlength = 12',
        "card_formats[0].length: 12 does not go with check_digit ean13: use 13",
    ),
    "prefix of another charset": (
        TILL + CLUB + CARDS + 'prefix = "A1"',
        'card_formats[0].prefix: "A1" is not made of charset digits',
    ),
    "check digit": (
        TILL + CLUB + CARDS + 'check_digit = "ean8"',
        'card_formats[0].check_digit: "ean8" is not allowed: use none, ean13, luhn',
    ),
    "group": (
        TILL + '[socket]\ngroup = "no-such-group"',
        'socket.group: there is no group "no-such-group": groupadd it first',
    ),
    "admin group": (
        TILL + '[socket]\nadmin_groups = ["pos-admin", "no-such-group"]',
        'socket.admin_groups[1]: there is no group "no-such-group": groupadd it first',
    ),
    "socket path": (
        TILL + f'[socket]\npath = "/{"x" * 107}"',
        "socket.path: 108 bytes are too long for a socket: use at most 107",
    ),
    # what a later version serves
    **POLICIES,
    "journal that forgets at once": (
        TILL + '[journal]\nkeep = "30d"',
        'journal.keep: "30d" is too short: use 31d or longer',
    ),
    "layout of no keyboard": (
        TILL + SCANNER + 'layout = "ru"',
        "scanners[0].layout: only a scanner at input:// types in a layout",
    ),
    "unknown layout": (
        TILL + SCANNER.replace("serial:", "input:") + 'layout = "bg"',
        'scanners[0].layout: "bg" is not allowed: use de, fr, ru, uk, us',
    ),
    "a display at usb": (
        TILL + DISPLAY.replace("serial:///dev/b", "usb://04b8:0202"),
        'displays[0].endpoint: "usb://04b8:0202" is no place for displays: use serial://',
    ),
}
