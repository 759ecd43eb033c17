"""The cash program's list of cards: bytes of a CSV in, rows out. Nothing is told of it beforehand.

Encoding and delimiter are those by which the most headings make sense: UTF-8 and UTF-16 by their marks, else UTF-8,
Windows-1251 or DOS (cp866); `;`, `,` or a tab.
"""

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bridge.card_list.headings import Column, recognised
from bridge.domain.card_list import ListedCard

# Two hundred thousand cards are twenty megabytes.
MAX_BYTES = 64 << 20
# A field of more characters is a quote that nobody closed.
MAX_FIELD = 4096

_PIECE = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNMARKED = ("utf-8", "cp1251", "cp866")
_DELIMITERS = (";", ",", "\t")
_NO = frozenset({"", "0", "-", "нет", "н", "ложь", "no", "n", "false", "f"})


class CardListError(ValueError):
    """What is wrong with the list, and where; never a card, a phone or a name."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """One of the possible ways to read it, and the columns that this way makes sense of."""

    encoding: str
    delimiter: str
    columns: Mapping[Column, int]


_NO_LAYOUT = _Layout(_UNMARKED[0], _DELIMITERS[0], {})


class CardList:
    """A list that could be made sense of; its text is decoded as it is read, never whole."""

    def __init__(self, data: bytes, name: str) -> None:
        """`name` is what errors call the file. CardListError: it is no list of cards."""
        if len(data) > MAX_BYTES:
            raise CardListError(f"{name}: larger than {MAX_BYTES} bytes")
        self._data = data
        self._name = name
        self._layout = _best_layout(data)
        if Column.CARD not in self._layout.columns:
            raise CardListError(
                f"{name}:1: no column of card numbers: it must be headed “Номер карты”, “Штрихкод”, `card` or the like"
            )

    @property
    def columns(self) -> Sequence[str]:
        """What was recognised, in the order of the file."""
        return sorted(self._layout.columns, key=lambda column: self._layout.columns[column])

    @property
    def lines(self) -> int:
        """About how many there are, the header among them."""
        return self._data.count(b"\n") + 1

    def rows(self) -> Iterator[ListedCard]:
        """Row after row; empty ones are passed over. CardListError: from here on it cannot be read."""
        text = io.TextIOWrapper(io.BytesIO(self._data), self._layout.encoding, newline="")
        reader = csv.reader(text, delimiter=self._layout.delimiter)
        line = 1
        try:
            next(reader, None)
            for fields in reader:
                line, first_line = reader.line_num, line + 1
                if any(field.strip() for field in fields):
                    yield self._row(first_line, fields)
        except csv.Error as error:
            raise CardListError(f"{self._name}:{line + 1}: {error}") from None

    def _row(self, line: int, fields: Sequence[str]) -> ListedCard:
        def text(column: Column) -> str:
            place = self._layout.columns.get(column, len(fields))
            return " ".join(fields[place].split()) if place < len(fields) else ""

        if any(len(field) > MAX_FIELD for field in fields):
            raise CardListError(
                f"{self._name}:{line}: a field of more than {MAX_FIELD} characters: a quote is not closed"
            )
        parts = (text(Column.SURNAME), text(Column.NAME), text(Column.PATRONYMIC))
        return ListedCard(
            line,
            card=text(Column.CARD),
            holder=text(Column.HOLDER) or " ".join(part for part in parts if part),
            phone=text(Column.PHONE),
            template=text(Column.TEMPLATE),
            is_linked=bool(text(Column.CLIENT)) if Column.CLIENT in self._layout.columns else None,
            is_deleted=text(Column.DELETED).casefold() not in _NO,
            balance=text(Column.BALANCE),
            discount_percent=text(Column.DISCOUNT),
        )


def _best_layout(data: bytes) -> _Layout:
    layouts = [layout for encoding in _encodings(data) for layout in _layouts(data, encoding)]
    return max(layouts, key=lambda layout: (Column.CARD in layout.columns, len(layout.columns)), default=_NO_LAYOUT)


def _encodings(data: bytes) -> Iterator[str]:
    """Those in which all of it can be read."""
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else _UNMARKED:
        with contextlib.suppress(UnicodeDecodeError):
            for _text in _decoded(data, encoding):
                pass
            yield encoding


def _decoded(data: bytes, encoding: str) -> Iterator[str]:
    """Piece by piece. UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for begin in range(0, len(data), _PIECE):
        yield decoder.decode(data[begin : begin + _PIECE], final=begin + _PIECE >= len(data))


def _layouts(data: bytes, encoding: str) -> Iterator[_Layout]:
    first = io.StringIO(next(_decoded(data, encoding), ""), newline="").readline()
    for delimiter in _DELIMITERS:
        with contextlib.suppress(csv.Error):  # a field without end: it cannot be read in this way
            header = next(csv.reader([first], delimiter=delimiter), [])
            yield _Layout(encoding, delimiter, recognised(header))
