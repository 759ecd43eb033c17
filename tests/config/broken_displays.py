"""Broken configurations of displays and of what they show; as tests.config.broken."""

from tests.config.broken import DISPLAY
from tests.config.samples import TILL

BROKEN_DISPLAYS: dict[str, tuple[str, str]] = {
    "rows": (
        TILL + DISPLAY + "rows = 9",
        "displays[0].rows: 9 is not allowed: use a whole number from 1 to 8",
    ),
    "encoding wide": (
        TILL + DISPLAY + 'encoding = "utf-8"',
        'displays[0].encoding: "utf-8" is not allowed: use cp866, cp1251, or another single-byte encoding',
    ),
    "codepage_select": (
        TILL + DISPLAY + 'codepage_select = "ESC t"',
        'displays[0].codepage_select: "ESC t" is not allowed: use bytes in hexadecimal, as "1b 74 11"',
    ),
    "codepage_select long": (
        TILL + DISPLAY + f'codepage_select = "{"00" * 33}"',
        "displays[0].codepage_select: 33 bytes are too many: use at most 32",
    ),
    "command set": (
        TILL + DISPLAY + 'command_set = "foo"',
        (
            'displays[0].command_set: "foo" is not allowed: use epson, cd5220, dsp800, aedex, utc, utc-enhanced, '
            "logic-controls, adm788, ba63"
        ),
    ),
    "rows of a command set": (
        TILL + DISPLAY + 'command_set = "cd5220"\nrows = 4',
        "displays[0].rows: cd5220 has 2 rows of 20, not 4 of 20",
    ),
    "columns of a command set": (
        TILL + DISPLAY + 'command_set = "ba63"\ncolumns = 40',
        "displays[0].columns: ba63 has 2 rows of 20 or 4 rows of 20, not 2 of 40",
    ),
    "brightness": (
        TILL + DISPLAY + "brightness = 5",
        "displays[0].brightness: 5 is not allowed: use a whole number from 1 to 4",
    ),
    "brightness of a command set": (
        TILL + DISPLAY + 'command_set = "dsp800"\nbrightness = 3',
        "displays[0].brightness: dsp800 has no command for it that a manual tells: leave the key out",
    ),
    "marquee": (
        TILL + DISPLAY + "marquee_ms = 20",
        "displays[0].marquee_ms: 20 is too fast to be read: use 0, at least 100",
    ),
    "idle text": (
        TILL + '[messages]\nidle = ["{tiem}"]',
        (
            'messages.idle[0]: "{tiem}" is not allowed: use text of at most 100 characters; {time} and {date} in it '
            "are the clock's, no other braces"
        ),
    ),
    "idle after nothing": (
        TILL + '[messages]\nidle_after = "0s"',
        'messages.idle_after: "0s" is not allowed: use a number with s, m, h or d ("10m")',
    ),
    "night": (
        TILL + '[messages]\nnight = "23-7"',
        'messages.night: "23-7" is not allowed: use two times of the day ("23:00-07:00"), or ""',
    ),
    "night of no length": (
        TILL + '[messages]\nnight = "23:00-23:00"',
        'messages.night: "23:00-23:00" begins when it ends: use "", two different times',
    ),
}
