"""Cards in and out of the members' file: listed from a cursor on, put at its end as the file is written."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.domain.known_card import NewCard, Registered, Registration
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.providers.card_file import members_file
from bridge.providers.card_file.members import CardFileError, load_members
from bridge.providers.card_file.members_file import MembersFile

NEW = NewCard(CardNumber("0031"), PersonName('Ёлкина "Мята"; Анна'), Phone("+79160000031"), "Клуб")
HEADER = "holder;card;balance;phone"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
async def test_a_csv_stays_as_it_is_written(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "members.csv"
    before = f"{HEADER}\nИванова Мария;0017;5;+79160000017{end}".encode(encoding)
    path.write_bytes(before)

    assert await MembersFile(path).add(NEW) == Registered(Registration.NEW)

    assert path.read_bytes().startswith(before)
    added = load_members(path)["0031"]
    assert (added.holder, added.phone, added.balance) == (NEW.holder, NEW.phone, points(0))


@pytest.mark.parametrize("before", ["", '[[members]]\ncard = "0017"'])
async def test_a_toml_gets_one_more_table(tmp_path: Path, before: str) -> None:
    path = tmp_path / "members.toml"
    path.write_text(before)

    await MembersFile(path).add(NEW)

    added = load_members(path)["0031"]
    assert (added.holder, added.phone, added.template) == (NEW.holder, NEW.phone, "Клуб")


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("members.csv", "holder;card;balance;phone\nИванова Мария;0017;5;"),
        ("members.csv", "card;holder;phone;template\n"),
        ("members.toml", ""),
    ],
)
async def test_what_was_added_is_known_without_reading_the_file_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, before: str
) -> None:
    path = tmp_path / name
    path.write_text(before)
    file = MembersFile(path)
    await file.members()
    for number in range(3):
        await file.add(NewCard(CardNumber(f"{number}"), NEW.holder, NEW.phone, NEW.template))
    known = dict(await file.members())
    assert known == load_members(path)
    path.write_text(before)
    assert dict(await file.members()) == load_members(path)


async def test_a_card_of_the_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text(f"{HEADER}\nИванова Мария;0031;5;\n")

    assert await MembersFile(path).add(NEW) == Registered(Registration.KNOWN)
    assert load_members(path)["0031"].holder == PersonName("Иванова Мария")


async def test_a_name_that_the_encoding_cannot_spell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(f"{HEADER}\nИванова Мария;0017;5;\n".encode("cp1251"))
    stranger = NewCard(NEW.number, PersonName("王 芳"), NEW.phone)

    assert (await MembersFile(path).add(stranger)).result is Registration.REFUSED
    assert set(load_members(path)) == {"0017"}


async def test_a_file_without_the_columns_takes_nobody(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text("card;balance\n0017;5\n")

    with pytest.raises(CardFileError, match=r"members.csv:1: holder, phone"):
        await MembersFile(path).add(NEW)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """Not even root writes to what another user has, once it is nobody."""
    path = tmp_path / "members.csv"
    path.write_text(f"{HEADER}\n")
    path.chmod(0o444)
    tmp_path.chmod(0o755)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield path
    if is_root:
        os.seteuid(0)


async def test_a_file_that_may_not_be_written_says_so(read_only: Path) -> None:
    with pytest.raises(CardFileError, match="Permission denied"):
        await MembersFile(read_only).add(NEW)


async def test_only_what_came_after_the_cursor_is_listed_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_file, "PAGE", 2)
    path = tmp_path / "members.csv"
    path.write_text("card\n1\n2\n3\n")
    file = MembersFile(path)

    first = await file.page("")
    second = await file.page(first.cursor)
    nothing = await file.page(second.cursor)
    path.write_text("card\n1\n2\n3\n44\n")
    anew = await file.page(second.cursor)

    assert [len(page.members) for page in (first, second, nothing, anew)] == [2, 1, 0, 2]
    assert [page.is_last for page in (first, second, nothing, anew)] == [False, True, True, False]


@pytest.mark.parametrize("cursor", ["?", "1-2-3:x", "\u0661:\u0661", ":1"])
async def test_a_cursor_of_another_making_begins_anew(tmp_path: Path, cursor: str) -> None:
    path = tmp_path / "members.csv"
    path.write_text("card\n1\n")

    assert len((await MembersFile(path).page(cursor)).members) == 1
