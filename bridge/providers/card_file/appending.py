"""One more member at the end of the members' file, written as the file is written."""

import csv
import io
import json

from bridge.domain.known_card import NewCard
from bridge.providers.card_file.members import CardFileError, csv_layout


def addition(data: bytes, card: NewCard, name: str, *, is_csv: bool) -> bytes:
    """The bytes to put behind `data`.

    CardFileError: the file has no column for a member of it. UnicodeEncodeError: its encoding cannot spell the name.
    """
    values = {
        "card": card.number.value,
        "holder": card.holder.value,
        "phone": card.phone.value,
        "template": card.template,
    }
    gap = b"" if not data or data.endswith(b"\n") else b"\n"
    return gap + (_csv_row(data, values, name) if is_csv else _toml_table(values).encode())


def _csv_row(data: bytes, values: dict[str, str], name: str) -> bytes:
    layout = csv_layout(data, name)
    missing = {"card", "holder", "phone"} - set(layout.header)
    if missing:
        raise CardFileError(f"{name}:1: {', '.join(sorted(missing))}: the header row has no such column")
    row = io.StringIO()
    csv.writer(row, delimiter=layout.delimiter, lineterminator="\n").writerow(
        [values.get(key, "") for key in layout.header]
    )
    return row.getvalue().encode(layout.encoding.removesuffix("-sig"))


def _toml_table(values: dict[str, str]) -> str:
    """A JSON string is a TOML string."""
    rows = (f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in values.items() if text)
    return "\n[[members]]\n" + "".join(rows)
