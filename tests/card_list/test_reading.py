"""Lists as cash programs write them: every encoding, delimiter and heading, and what is no list at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.card_list import CardList, CardListError, reading
from bridge.card_list.headings import Column, recognised
from bridge.domain.card_list import ListedCard

HEADINGS = ("Номер карты", "ФИО", "Телефон", "Помечен на удаление")
ROW = ("2900000000018", "Ёлкина Анна", "+79161234567", "нет")


def written(*rows: tuple[str, ...], delimiter: str = ";", newline: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + newline for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str, newline: str) -> None:
    text = written(HEADINGS, ROW, delimiter=delimiter, newline=newline)
    rows = list(CardList(text.encode(encoding), "cards.csv").rows())
    assert rows == [ListedCard(2, "2900000000018", "Ёлкина Анна", "+79161234567")]


def test_english_headings_in_any_order_and_case() -> None:
    text = "Phone Number,surname,FIRST_NAME,Middle name,Card number,customer id,deleted,Points,Discount %\n"
    text += '+79161234567,Ivanova,Maria,Petrovna,0017,C-1,TRUE,"1,5",5\n'
    (row,) = CardList(text.encode(), "cards.csv").rows()
    assert row == ListedCard(2, "0017", "Ivanova Maria Petrovna", "+79161234567", "", True, True, "1,5", "5")


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Штрих-код;Клиент;Тел.", {Column.CARD: 0, Column.HOLDER: 1, Column.PHONE: 2}),
        ("Карта;Клиент;ФИО", {Column.CARD: 0, Column.CLIENT: 1, Column.HOLDER: 2}),
        ("Код;Карта;Имя", {Column.CARD: 1, Column.HOLDER: 2}),
        ("Код;Имя;Фамилия", {Column.CARD: 0, Column.NAME: 1, Column.SURNAME: 2}),
        ("Карта;Карта;Удалён", {Column.CARD: 0, Column.DELETED: 2}),
        ("card;name;client", {Column.CARD: 0, Column.HOLDER: 1, Column.CLIENT: 2}),
        ("Текст для чека;№ карты", {Column.TEMPLATE: 0}),
        ("", {}),
    ],
)
def test_headings(header: str, columns: dict[Column, int]) -> None:
    assert recognised(header.split(";")) == columns


def test_the_columns_that_were_recognised_are_told_in_order() -> None:
    assert CardList(b"phone,?,card\n", "cards.csv").columns == ["phone", "card"]


@pytest.mark.parametrize(
    ("value", "deleted"),
    [("", False), ("0", False), ("Нет", False), ("FALSE", False), ("1", True), ("да", True), ("05.03.2024", True)],
)
def test_anything_but_a_no_marks_a_client_deleted(value: str, deleted: bool) -> None:
    (row,) = CardList(written(HEADINGS, (*ROW[:3], value)).encode(), "cards.csv").rows()
    assert row.is_deleted is deleted


def test_lines_are_those_of_the_file() -> None:
    text = 'card;holder\n\n1;"Ivanova\nMaria"\n;;\n2\n3;a;b;c;d\n'
    rows = list(CardList(text.encode(), "cards.csv").rows())
    assert [(row.line, row.card, row.holder) for row in rows] == [
        (3, "1", "Ivanova Maria"),
        (6, "2", ""),
        (7, "3", "a"),
    ]


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"phone;holder\n", "Клиент\n".encode("utf-16"), b"\xff\xfe\x00"])
def test_what_has_no_card_column_is_no_list(data: bytes) -> None:
    with pytest.raises(CardListError, match=r"^cards\.csv:1: no column of card numbers"):
        CardList(data, "cards.csv")


def test_a_first_line_without_end_is_refused() -> None:
    with pytest.raises(CardListError, match=r"^cards\.csv:1: "):
        CardList(b"card;" + b"x" * 200_000, "cards.csv")


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(CardListError, match="larger than 10 bytes"):
        CardList(b"card\n123456", "cards.csv")


@pytest.mark.parametrize("size", [reading.MAX_FIELD, 200_000])
def test_a_quote_that_nobody_closed_is_told_by_its_line(size: int) -> None:
    rows = CardList(b'card\n1\n"' + b"x\n" * size, "cards.csv").rows()
    assert next(rows).card == "1"
    with pytest.raises(CardListError, match=r"^cards\.csv:3: "):
        next(rows)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='";,\t'), max_size=12)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    for prefix in (b"", b"card;phone\n"):
        try:
            rows = list(CardList(prefix + data, "cards.csv").rows())
        except CardListError as error:
            assert str(error).startswith("cards.csv:")  # noqa: PT017 - it is not always raised
        else:
            assert all(row.line >= 2 for row in rows)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5))
def test_what_is_written_is_read(rows: list[tuple[str, str, str]]) -> None:
    text = written(("card", "holder", "phone"), *rows)
    read = [(row.card, row.holder, row.phone) for row in CardList(text.encode("utf-8-sig"), "x").rows()]
    tidy = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    assert read == [row for row in tidy if any(row)]
