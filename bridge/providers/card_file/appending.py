"""One more member at the end of the members' file, written as the file is written."""

import csv
import io
import json
from dataclasses import dataclass

from bridge.domain.known_card import NewCard
from bridge.domain.member import CardKind, Member
from bridge.providers.card_file.members import CardFileError, CsvLayout, csv_layout


@dataclass(frozen=True, slots=True)
class Writing:
    """How a members' file is written. layout None: as TOML. ends_line: its last line is a whole one."""

    layout: CsvLayout | None
    ends_line: bool

    def addition(self, card: NewCard) -> bytes:
        """What is to be put behind it. UnicodeEncodeError: its encoding cannot spell the name."""
        values = {
            "card": card.number.value,
            "holder": card.holder.value,
            "phone": card.phone.value,
            "template": card.template,
        }
        gap = b"" if self.ends_line else b"\n"
        return gap + (_csv_row(self.layout, values) if self.layout else _toml_table(values).encode())

    def member(self, card: NewCard) -> Member:
        """The card as it will be read from there."""
        keeps_template = self.layout is None or "template" in self.layout.header
        template = card.template if keeps_template else ""
        return Member(card.number, CardKind.BONUS, card.holder, template, phone=card.phone)


def writing_of(data: bytes, name: str, *, is_csv: bool) -> Writing:
    """CardFileError: the file has no column for a member of ours."""
    layout = csv_layout(data, name) if is_csv else None
    missing = {"card", "holder", "phone"} - set(layout.header) if layout else set()
    if missing:
        raise CardFileError(f"{name}:1: {', '.join(sorted(missing))}: the header row has no such column")
    return Writing(layout, ends_line=not data or data.endswith(b"\n"))


def _csv_row(layout: CsvLayout, values: dict[str, str]) -> bytes:
    row = io.StringIO()
    csv.writer(row, delimiter=layout.delimiter, lineterminator="\n").writerow(
        [values.get(key, "") for key in layout.header]
    )
    return row.getvalue().encode(layout.encoding.removesuffix("-sig"))


def _toml_table(values: dict[str, str]) -> str:
    """A JSON string is a TOML string."""
    rows = (f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in values.items() if text)
    return "\n[[members]]\n" + "".join(rows)
