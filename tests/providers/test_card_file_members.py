"""The members' file: what is read, and where an error is said to be."""

from decimal import Decimal
from pathlib import Path

import pytest

from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.providers.card_file.members import CardFileError, load_members, parse_members
from bridge.providers.card_file.members_file import MembersFile

CSV = """card;holder;phone;kind;tier;template;state;balance;discount_percent
0017;Иванова Мария;8 916 123-45-67;both;Серебро;Клуб;active;1234,50;3,5

0024;Семёнов Пётр;;;;;blocked;;
"""


def toml(text: str) -> dict[str, Member]:
    return parse_members(text.encode(), "members.toml", is_csv=False)


def csv(data: bytes) -> dict[str, Member]:
    return parse_members(data, "members.csv", is_csv=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv(encoding: str, newline: str) -> None:
    records = csv(CSV.replace("\n", newline).encode(encoding))

    first, second = records["0017"], records["0024"]
    assert first.holder == PersonName("Иванова Мария")
    assert first.phone == Phone("+79161234567")
    assert (first.kind, first.tier, first.template) == (CardKind.BOTH, "Серебро", "Клуб")
    assert (first.balance, first.discount_percent) == (points("1234.50"), Decimal("3.5"))
    assert (second.state, second.kind, second.phone) == (CardState.BLOCKED, CardKind.BONUS, None)


def test_csv_with_commas() -> None:
    assert csv(b'card,holder,balance\n1,"Ivanova, Maria",7.5\n')["1"].balance == points("7.50")


def test_toml() -> None:
    records = toml('[[members]]\ncard = "0017"\nbalance = 7.10\n\n[[members]]\ncard = "2"\ndiscount_percent = 5\n')

    assert records["0017"].balance == points("7.10")
    assert records["2"].kind is CardKind.DISCOUNT


def test_empty_file() -> None:
    assert toml("") == {}
    assert csv(b"card\n") == {}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[[members]]\ncard = "1"\n# one\nbalance = -5\n', "members.toml:4: balance: points"),
        ('[[members]]\ncard = "1"\n[[members]]\ncard = "2"\nstate = "lost"\n', "members.toml:5: state: one of active"),
        ('[[members]]\ncard = "1"\n\n[[members]]\ncard = "1"\n', "members.toml:5: card: the same number twice"),
        ("[[members]]\ncard = 17\n", "members.toml:2: card: a text in quotes"),
        ('[[members]]\nholder = "x"\n', "members.toml:1: card: 1 to 64"),
        ('[[members]]\ncard = "1"\nphone = "12"\n', "members.toml:3: phone: not a phone number"),
        ('[[members]]\ncard = "1"\nbonus = 3\n', "members.toml:3: bonus: unknown (known: card, holder"),
        ('[[members]]\ncard = "1"\nkind = "bonus"\ndiscount_percent = 3\n', "members.toml:3: kind: bonus has no"),
        ('[[members]]\ncard = "1"\nkind = "both"\n', "members.toml:3: kind: both needs a"),
        ('[[members]]\ncard = "1"\ndiscount_percent = 101\n', "members.toml:3: discount_percent: 0 to 100"),
        ('[[members]]\ncard = "1"\ndiscount_percent = nan\n', "members.toml:3: discount_percent: 0 to 100"),
        ('[[members]]\ncard = "1"\nbalance = true\n', "members.toml:3: balance: a text or a number"),
        ('[[members]]\ncard = "1"\nbalance = 0.001\n', "members.toml:3: balance: points"),
        ('members = [{card = "1", balance = "x"}]\n', "members.toml:1: balance: points"),
        ("members = 3\n", r"members.toml: [[members]] tables"),
        ("[other]\n", r"members.toml: [[members]] tables"),
        ("a = " + "[" * 5000, "members.toml: a number too long, or nested too deeply"),
        ("a = " + "1" * 5000, "members.toml: a number too long, or nested too deeply"),
        ("a = 1e9999999999999999999", "members.toml: a number too long, or nested too deeply"),
        ("[[members]]\ncard = \n", "members.toml: Invalid value (at line 2"),
    ],
)
def test_error_in_toml(text: str, where: str) -> None:
    with pytest.raises(CardFileError) as raised:
        toml(text)
    assert str(raised.value).startswith(where)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"card;balance\n1;5\n2;x\n", "members.csv:3: balance: points"),
        (b"holder;balance\n1;5\n", "members.csv:1: card: the header row"),
        (b"holder;balance\rcard\n1;5\n", "members.csv:1: card: the header row"),
        (b"card;" + b"x" * 200_000, "members.csv:1: field larger than field limit"),
        (b"", "members.csv:1: card: the header row"),
        (b"card;bonus\n1;5\n", "members.csv:2: bonus: unknown"),
        (b"card;balance\n1;5;7\n", "members.csv:2: card: 3 fields under 2 columns"),
        (b"card\n1\n1\n", "members.csv:3: card: the same number twice"),
        (b'card\n"1\n', "members.csv:2: unexpected end of data"),
        (b"card\n\x98\n", "members.csv: neither UTF-8 nor Windows-1251"),
    ],
)
def test_error_in_csv(data: bytes, where: str) -> None:
    with pytest.raises(CardFileError) as raised:
        csv(data)
    assert str(raised.value).startswith(where)


def test_errors_name_nobody() -> None:
    with pytest.raises(CardFileError) as raised:
        csv("card;holder;balance\n29001234567;Иванова;x\n".encode())
    assert "29001234567" not in str(raised.value)
    assert "Иванова" not in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CardFileError, match="No such file"):
        load_members(tmp_path / "members.toml")


async def test_a_changed_file_is_read_again_and_a_bad_one_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    known = MembersFile(file)
    with pytest.raises(CardFileError, match="No such file"):
        await known.members()

    file.write_text("card;balance\n1;5\n")
    assert set(await known.members()) == {"1"}
    file.write_text("card;balance\n1;5\n22;x\n")
    assert set(await known.members()) == {"1"}
    assert "members.csv:3" in known.fault
    file.write_text("card;balance\n1;5\n22;7\n")
    assert set(await known.members()) == {"1", "22"}
    assert known.fault == ""
    file.unlink()
    assert set(await known.members()) == {"1", "22"}
    assert "No such file" in known.fault


@pytest.mark.parametrize(
    ("wanted", "cards"),
    [
        ("иван", ["1"]),
        ("МАРИЯ", ["1"]),
        ("семен", ["2"]),
        ("Семён Пе", ["2"]),
        ("петр семенов", ["2"]),
        ("Семён Ма", []),
        ("Семёнов  Пет", ["2"]),
        ("ванов", []),
    ],
)
async def test_search_by_the_beginning_of_a_name(tmp_path: Path, wanted: str, cards: list[str]) -> None:
    file = tmp_path / "members.csv"
    file.write_text("card;holder\n1;Иванова Мария\n2;СЕМЕНОВ Пётр\n", encoding="utf-8")

    found = await MembersFile(file).search(PersonName(wanted), 5)

    assert [member.number for member in found] == [CardNumber(card) for card in cards]
