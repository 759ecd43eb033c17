"""Other programs' ini files, as people have left them: comments, Cyrillic, any case, any line ends."""

import configparser
from collections.abc import Mapping
from pathlib import Path

# A settings file; a database was named by mistake.
LARGEST_FILE_BYTES = 1 << 20
# What files without a mark are written in: by editors on Linux, by editors on Windows (which takes any bytes but one).
_ENCODINGS = ("utf-8-sig", "cp1251")

Ini = Mapping[str, Mapping[str, str]]


class Unreadable(Exception):
    """The file cannot be read, or is no ini file."""


def read_ini(file: Path) -> Ini:
    """The file's sections, their names and keys in lower case. Raises Unreadable."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read: {error.strerror}") from error
    if len(data) > LARGEST_FILE_BYTES:
        raise Unreadable(f"{file}: larger than {LARGEST_FILE_BYTES} bytes: not a settings file")
    try:
        return parse_ini(_text(data))
    except UnicodeDecodeError:
        raise Unreadable(f"{file}: not text") from None
    except configparser.MissingSectionHeaderError as error:
        raise Unreadable(f"{file}: line {error.lineno}: text before the first [section]") from None
    except configparser.Error:  # `from None`: a line that it shows may be a password
        raise Unreadable(f"{file}: a line that is neither a section nor `key = value`") from None


def parse_ini(text: str) -> Ini:
    """Sections of `key = value`. `;` and `#` begin a comment at the start of a line, and `;` behind a space too."""
    parser = configparser.RawConfigParser(
        delimiters=("=",),
        comment_prefixes=(";", "#"),
        inline_comment_prefixes=None,
        strict=False,
        allow_no_value=True,
        default_section="\0",  # there is none in these files, and [DEFAULT] is a section like others
    )
    # An indented line is a line, no continuation of the one before.
    parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    return {
        section.strip().lower(): {key: _value(raw) for key, raw in parser.items(section)}
        for section in parser.sections()
    }


def _value(raw: str | None) -> str:
    value = (raw or "").strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value.partition(" ;")[0].rstrip()


def _text(data: bytes) -> str:
    for encoding in _ENCODINGS[:-1]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(_ENCODINGS[-1])
