"""A shop's own templates: what they change, what is refused before the till starts, what values can never do."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.member import CardKind, Member
from bridge.domain.money import points
from bridge.domain.moves import PaperLine
from bridge.domain.personal import CardNumber, PersonName
from bridge.domain.receipt import Outcome, OutcomeState
from bridge.domain.task import Errand, TaskState
from bridge.wording import Glass, Wording, WordingError, load_wording
from bridge.wording.marks import without_marks
from bridge.wording.papers import paper_lines
from devices.codecs.codepage import replace_missing
from tests.wording.test_templates import CARD, MEMBER, RECEIPT, RU

POLE = Glass("pole", 2, 20)


class Shop:
    """A folder of templates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def wording(self, *glasses: Glass) -> Wording:
        return load_wording("ru", self.folder, glasses or (POLE,))

    def refusal(self, *glasses: Glass) -> str:
        with pytest.raises(WordingError) as refused:
            self.wording(*glasses)
        return str(refused.value).removeprefix(f"{self.folder}/")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "templates")


def test_one_template_is_overridden_and_the_others_stay(shop: Shop) -> None:
    shop.write("ru/display/found.j2", "Добрый день!\n{{ balance }} б.\n")
    shop.write("ru/display/idle.j2", "МАГАЗИН НА ЛЕНИНА\n")
    shop.write("ru/README.txt", "what our templates are for")
    wording = shop.wording()
    assert wording.card_rows(CARD) == ("Добрый день!", "505 б.")
    assert wording.screen("idle") == ("МАГАЗИН НА ЛЕНИНА",)
    assert wording.screen("searching") == RU.screen("searching")
    assert load_wording("en", shop.folder).screen("idle") == ()


def test_a_paper_with_every_mark(shop: Shop) -> None:
    lines = [
        "# Бонусы",
        "= в центре",
        "* жирно",
        "---",
        "Списано | {{ redeemed }}",
        "[qr] https://shop/{{ receipt_id }}",
    ]
    shop.write("ru/paper/closed.j2", "\n".join([*lines, "[barcode] 4600051000057", "", "просто | строка |", "[cut]"]))
    outcome = Outcome(OutcomeState.DONE, redeemed=points("1.5"))
    assert shop.wording().closing_lines(RECEIPT, outcome, None) == (
        PaperLine(text="Бонусы", bold=True, double=True, align="center"),
        PaperLine(text="в центре", align="center"),
        PaperLine(text="жирно", bold=True),
        PaperLine(divider=True),
        PaperLine(left="Списано", right="1.50"),
        PaperLine(qr="https://shop/118"),
        PaperLine(barcode="4600051000057"),
        PaperLine(text=""),
        PaperLine(left="просто", right="строка |"),
        PaperLine(cut=True),
    )


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "ru/display/found.j2",
            "Здравствуйте!\n{{ balnce }}\n",
            "ru/display/found.j2, line 2: there is no variable `balnce` here: use balance",
        ),
        (
            "ru/display/found.j2",
            "{% if true %}\n{{ holder }}\n{% endif %}",
            "ru/display/found.j2, line 2: there is no variable `holder` here: use ",
        ),
        (
            "ru/display/searching.j2",
            "Ищем\n{% if %}",
            (
                "ru/display/searching.j2, line 2: Expected an expression, got 'end of statement block': "
                "mend it as the Jinja2 template language wants it"
            ),
        ),
        (
            "ru/cashier/error.j2",
            "{{ kind | translated }}",
            "ru/cashier/error.j2, line 1: No filter named 'translated'",
        ),
        (
            "ru/paper/closed.j2",
            "\n\n{{ redeemed + 1 }}",
            (
                "ru/paper/closed.j2, line 3: unsupported operand type(s) for +: 'NoneType' and 'int': "
                "it must do for receipt_id = 118, redeemed = None, accrued = None, balance = None"
            ),
        ),
        ("ru/paper/closed.j2", "{{ expiring[7].points }}", "ru/paper/closed.j2, line 1: "),
        (
            "ru/cashier/reason.j2",
            "{% if code == 'entry' %}Сканируйте{% endif %}",
            "ru/cashier/reason.j2: says nothing for code",
        ),
        (
            "ru/display/searching.j2",
            "Ищем\n\n\nещё",
            "ru/display/searching.j2, line 4: row 4 is beyond the 2 rows of display pole: say it in fewer rows",
        ),
        (
            "ru/display/closed.j2",
            "Спасибо!\n{% if rows > 1 %}\nПриходите к нам ещё раз\n{% endif %}",
            (
                'ru/display/closed.j2, line 3: "Приходите к нам ещё раз" has 23 characters, '
                "display pole has 20 columns: say it shorter"
            ),
        ),
        (
            "ru/display/found.j2",
            "{% for one in expiring %}\nСгорит {{ one.points }} {{ one.at | date }}\n{% endfor %}",
            'ru/display/found.j2, line 2: "Сгорит 1234567.50 22.11.2026" has 28 characters',
        ),
        ("ru/display/fond.j2", "", "ru/display/fond.j2: there is no such template: use ru/display/found.j2"),
        ("display/found.j2", "", "display/found.j2: there is no such template: templates stand below ru/ and en/"),
        ("ru/display/idle.j2", b"\n\xff", "ru/display/idle.j2, line 2: not UTF-8 text: save the file as UTF-8"),
        ("ru/display/idle.j2", "x" * 70_000, "ru/display/idle.j2: larger than 65536 bytes"),
        ("ru/display/idle.j2", "{% include 'ru/display/found.j2' %}", "ru/display/idle.j2, line 1: "),
        (
            "ru/display/idle.j2",
            "{{ ().__class__.__mro__ }}",
            "ru/display/idle.j2, line 1: access to attribute '__class__'",
        ),
        ("ru/display/idle.j2", "{% for i in range(10**9) %}{% endfor %}", "ru/display/idle.j2, line 1: "),
        ("ru/display/idle.j2", "{{ " + "(" * 5000, "ru/display/idle.j2, line 1: "),
    ],
)
def test_what_is_refused_and_how(shop: Shop, name: str, text: str | bytes, told: str) -> None:
    shop.write(name, text)
    refusal = shop.refusal()
    assert refusal.startswith(told), refusal
    assert "\n" not in refusal


def test_every_display_must_show_a_screen_whole(shop: Shop) -> None:
    shop.write(
        "ru/display/idle.j2", "{{ 'Магазин на Ленина' if columns >= 17 else 'Магазин' }}\n{{ rows }}x{{ columns }}"
    )
    assert shop.wording(POLE, Glass("window", 4, 40)).screen("idle") == ("Магазин на Ленина", "2x20")
    assert shop.wording(POLE, Glass("small", 2, 16)).screen("idle")[0] == "Магазин"
    assert "is beyond the 1 rows of display low" in shop.refusal(POLE, Glass("low", 1, 40))


def test_a_sign_that_the_display_lacks_counts_as_what_stands_for_it(shop: Shop) -> None:
    shop.write("ru/display/idle.j2", "Скидка до 1000 ₽ ….\n")
    shop.wording()
    cp866 = replace(POLE, as_shown=lambda text: replace_missing(text, "cp866"))
    assert '"Скидка до 1000 р. ...." has 22 characters' in shop.refusal(cp866)


def test_only_the_idle_text_may_run(shop: Shop) -> None:
    running = replace(POLE, runs=True)
    shop.write("ru/display/idle.j2", "Скидки по четвергам до самого вечера")
    assert load_wording("ru", shop.folder, [running]).screen("idle") == ("Скидки по четвергам до самого вечера",)
    assert "has 36 characters" in shop.refusal(POLE)
    shop.write("ru/display/searching.j2", "Ищем вашу карту в базе")
    assert "has 22 characters" in shop.refusal(running)


def test_a_template_that_cannot_be_read(shop: Shop) -> None:
    """A link to itself: root reads every file there is."""
    link = shop.write("ru/display/idle.j2", "")
    link.unlink()
    link.symlink_to(link.name)
    assert shop.refusal().startswith("ru/display/idle.j2: cannot be read: Too many levels of symbolic links: let ")
    link.unlink()
    shop.folder.joinpath("ru/display").rmdir()
    shop.folder.joinpath("ru").rmdir()
    shop.folder.rmdir()
    shop.folder.write_text("no folder")
    assert "cannot be read: Not a directory" in shop.refusal()


def test_no_folder_is_no_trouble(tmp_path: Path) -> None:
    assert load_wording("ru", tmp_path / "none").screen("searching") == RU.screen("searching")


def test_what_fails_with_a_customer_there_says_the_products_own(shop: Shop) -> None:
    shop.write("ru/cashier/card.j2", "{{ 100 // (balance or 1) }}{{ [1][0 if holder != 'Пётр' else 5] }}")
    wording = shop.wording()
    member = replace(MEMBER, holder=PersonName("Пётр"))
    assert wording.card_text(CARD) == "01"
    assert wording.card_text(replace(CARD, member=member)) == RU.card_text(replace(CARD, member=member))


# --- what comes from outside ----------------------------------------------------------------------

texts = st.text(max_size=40) | st.sampled_from(
    [
        "{{ 7 * 7 }}",
        "{% raw %}",
        "[cut]",
        "---",
        "# big",
        "a | b",
        "[qr] x",
        "\x1b@\n[cut]",
        "\ue000\ue001",
        "\U000f0005",
    ]
)


@given(holder=texts, tier=texts)
def test_values_are_never_code_and_never_marks(holder: str, tier: str) -> None:
    member = Member(CardNumber("2900000000018"), CardKind.BONUS, PersonName(holder), tier=tier, balance=points(1))
    lines = RU.card_lines(replace(CARD, member=member))
    assert [line.divider for line in lines] == [True, *[False] * (len(lines) - 2), True]
    assert [line.left for line in lines[1:-1]] == ["Карта", *(["Уровень"] if tier else []), "Баланс баллов"]
    assert not any(line.cut or line.qr or line.bold for line in lines)
    text = RU.card_text(replace(CARD, member=member))
    assert "49" not in text
    assert text.isprintable() or not (holder + tier).isprintable()
    assert not any(char in text for char in "\n\r\x1b")


@given(reason=texts)
def test_a_providers_reason_is_told_as_it_is(reason: str) -> None:
    told = RU.task("refused", TaskState.OPEN, Errand("R-1", reason))
    if reason.isascii() and reason.isprintable():
        assert " ".join(reason.split()) in told


def test_a_column_of_nothing_is_a_column() -> None:
    assert paper_lines("Баланс | ") == paper_lines("Баланс |") == (PaperLine(left="Баланс", right=""),)


def test_marks_in_front_of_a_value_count_and_within_it_do_not(shop: Shop) -> None:
    shop.write("ru/paper/card.j2", "{{ holder }}\n= {{ holder }}\n{{ holder }} | {{ holder }}\n")
    lines = shop.wording().card_lines(replace(CARD, member=replace(MEMBER, holder=PersonName("# a | b"))))
    assert lines == (
        PaperLine(text="# a | b"),
        PaperLine(text="# a | b", align="center"),
        PaperLine(left="# a | b", right="# a | b"),
    )


@given(text=st.text(st.characters(exclude_characters="\n\r"), max_size=60))
def test_any_text_is_some_paper(text: str) -> None:
    assert len(paper_lines(text)) == bool(without_marks(text).strip())
