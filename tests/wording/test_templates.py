"""The product's own templates: everything is said, in both languages, and fits where it is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bridge.domain.errors import DeskError
from bridge.domain.limits import ReasonCode
from bridge.domain.member import AttachedCard, CardKind, CardState, Entry, Expiring, Member, Source
from bridge.domain.money import Money, points
from bridge.domain.moves import PaperLine
from bridge.domain.personal import CardNumber, PersonName
from bridge.domain.receipt import Operation, Outcome, OutcomeState, Receipt
from bridge.domain.sale import Basket
from bridge.domain.task import Errand, TaskKind, TaskState, Why
from bridge.reference.__main__ import DOCS, render
from bridge.wording import LANGUAGES, Glass, Wording, load_wording
from bridge.wording.catalogue import APART, CATALOGUE, Form
from bridge.wording.checking import check
from bridge.wording.engine import Engine
from bridge.wording.shelf import shipped

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MEMBER = Member(
    CardNumber("2900000000018"),
    CardKind.BOTH,
    PersonName("Иванова Мария"),
    tier="Золотой",
    balance=points(505),
    discount_percent=Decimal(5),
    expiring=(Expiring(points(7), AT.replace(month=12)), Expiring(points(50), AT)),
)
CARD = AttachedCard("club", MEMBER.number, Entry.SCAN, MEMBER, Source.ONLINE, AT)
RECEIPT = Receipt("118", Operation.SALE, AT, basket=Basket.of(Money(Decimal(1000))), card=CARD)
DONE = Outcome(OutcomeState.DONE, accrued=points(13), redeemed=points(100), balance_after=points("418.5"))
SIZES = [(1, 16), (2, 16), (1, 20), (2, 20), (4, 40)]

each_language = pytest.mark.parametrize("language", LANGUAGES)
RU, EN = load_wording("ru"), load_wording("en")


@each_language
@pytest.mark.parametrize("name", CATALOGUE)
def test_each_passes_what_a_shops_own_must_pass(language: str, name: str) -> None:
    for rows, columns in SIZES:
        size = {"rows": rows, "columns": columns}
        check(Engine(), shipped(language, name), CATALOGUE[name], size, [Glass("pole", rows, columns)])


@each_language
def test_nothing_is_left_unsaid(language: str) -> None:
    wording = load_wording(language)
    kinds = [error.kind for error in DeskError.__subclasses__()]
    errors = {kind: wording.error(kind) for kind in [*kinds, *APART, "internal"]}
    reasons = [wording.reason(code) for code in ReasonCode]
    tasks = [wording.task("manual", TaskState.OPEN, Errand("R-1", "reason", why=why)) for why in Why]
    for sentences in (list(errors.values()), reasons, tasks):
        assert len(set(sentences)) == len(sentences)  # each of its own, none of them a fallback
        assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)
    assert not any("reason" in task for task in tasks)


def test_an_error_that_nobody_has_named_is_an_internal_one() -> None:
    assert RU.error("never heard of") == RU.error("internal")


@each_language
@pytest.mark.parametrize(
    ("kind", "state"),
    [(kind, TaskState.OPEN) for kind in TaskKind if kind is not TaskKind.JOURNAL_DAMAGED]
    + [(TaskKind.SALE, TaskState.QUEUED), (TaskKind.SALE, TaskState.UNKNOWN)],
)
def test_tasks_say_which_receipt_whose_card_and_how_many_points(
    language: str, kind: TaskKind, state: TaskState
) -> None:
    wording = load_wording(language)
    errand = Errand("R-1", "why", CardNumber("2900"), Money(Decimal("1000.50")), "S-1", points(1), points(2))
    told = wording.task(kind, state, replace(errand, give_back=points("3.5"), take_away=points(4)))
    assert all(part in told for part in ("R-1", "2900", "1000.50", "S-1", " 1", " 2", " 3.50", " 4"))
    poor = wording.task(kind, state, Errand("R-1", ""))
    assert "R-1" in poor
    assert "None" not in poor


@each_language
@pytest.mark.parametrize("state", [TaskState.QUEUED, TaskState.UNKNOWN])
def test_nobody_is_sent_to_look_for_what_has_not_arrived(language: str, state: TaskState) -> None:
    told = load_wording(language).task("sale", state, Errand("R-1", "timeout", total=Money(Decimal(300))))
    assert told.endswith("(timeout).")


def test_who_must_book_it_by_hand_is_told_where_the_points_stand() -> None:
    poor = Errand("R-1", "timeout")
    told = RU.task("refused", TaskState.OPEN, poor)
    assert "Сделайте вручную; сколько баллов, видно в кабинете программы." in told
    assert "Book it by hand; the programme's cabinet shows how many points." in EN.task("refused", TaskState.OPEN, poor)
    assert RU.task("abandoned", TaskState.OPEN, poor).startswith("Чек R-1: не закрыт больше суток. Если")


@each_language
def test_a_damaged_journal_is_of_no_receipt_and_names_the_file_to_keep(language: str) -> None:
    told = load_wording(language).task(
        TaskKind.JOURNAL_DAMAGED, TaskState.OPEN, Errand("", "/var/lib/pos-bridge/journal.db.damaged-1")
    )
    assert "/var/lib/pos-bridge/journal.db.damaged-1" in told
    assert not {"Чек", "Receipt"} & set(told.split())


def test_the_cards_message_for_the_cashier() -> None:
    assert RU.card_text(CARD) == (
        "Карта 2900000000018, Иванова Мария, Золотой, баллов: 505, скидка 5%, 22.11.2026 сгорит 50"
    )
    blocked = replace(CARD, member=replace(MEMBER, state=CardState.BLOCKED, kind=CardKind.DISCOUNT, expiring=()))
    assert EN.card_text(blocked) == "Card 2900000000018, Иванова Мария, Золотой, blocked, discount 5%"
    assert RU.card_text(replace(CARD, member=None)) == RU.error("provider_unavailable")


def test_the_cards_message_for_the_customer() -> None:
    assert RU.card_rows(CARD) == ("Скидка 5%", "Баллов: 505")
    assert RU.card_rows(_with(kind=CardKind.BONUS, discount_percent=None)) == ("Здравствуйте!", "Баллов: 505")
    assert EN.card_rows(_with(kind=CardKind.BONUS, discount_percent=None, balance=points(0))) == ("Hello!", "Points: 0")
    assert RU.card_rows(_with(kind=CardKind.BONUS, discount_percent=None, balance=None)) == ("Здравствуйте!",)
    assert EN.card_rows(_with(kind=CardKind.DISCOUNT, balance=None)) == ("Hello!", "Discount 5%")
    assert RU.card_rows(replace(CARD, member=None)) == ("Карта принята", "Баллы начислим позже")
    assert RU.card_rows(_with(state=CardState.BLOCKED)) == ("Карта не активна", "Спросите кассира")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "сейчас"),
        (59, "сейчас"),
        (60, "1 мин. назад"),
        (3599, "59 мин. назад"),
        (7200, "2 ч назад"),
        (86_400, "1 дн. назад"),
        (34_560_000, "400 дн. назад"),
    ],
)
def test_what_is_remembered_says_its_age(seconds: int, told: str) -> None:
    remembered = replace(CARD, source=Source.OFFLINE, age=timedelta(seconds=seconds))
    assert RU.card_rows(remembered) == ("Баллов: 505", told)
    assert RU.card_text(remembered).endswith(f"по памяти кассы, сервис лояльности не отвечает ({told})")
    assert "22.11.2026" in next(line.text for line in RU.card_lines(remembered) if line.text)


def test_no_balance_is_not_a_balance_of_nothing() -> None:
    unknown = _with(balance=None, discount_percent=None)
    assert RU.card_rows(unknown) == ("Здравствуйте!",)
    assert RU.card_rows(replace(unknown, age=timedelta(days=1))) == RU.screen("provider_away")
    assert EN.card_rows(replace(_with(balance=None), age=timedelta(hours=2))) == ("Discount 5%", "2 h ago")


def _with(**changes: object) -> AttachedCard:
    return replace(CARD, member=replace(MEMBER, **changes))  # type: ignore[arg-type]


def test_one_row_says_what_matters() -> None:
    low = load_wording("ru", glasses=[Glass("wide", 4, 40), Glass("low", 1, 16)])
    assert low.card_rows(CARD) == ("Баллов: 505",)
    assert low.card_rows(_with(balance=points("99999.50"))) == ("Баллов: 99999.50",)
    assert low.card_rows(_with(balance=points(100000))) == ("Б: 100000",)
    assert low.card_rows(_with(kind=CardKind.DISCOUNT)) == ("Скидка 5%",)
    assert low.card_rows(replace(CARD, age=timedelta(days=1))) == ("Было: 505",)
    assert low.card_rows(_with(balance=None, discount_percent=None)) == ("Здравствуйте!",)


@pytest.mark.parametrize("wording", [RU, EN], ids=LANGUAGES)
def test_the_pole_shows_no_name_and_no_number(wording: Wording) -> None:
    assert not CATALOGUE["display/found"].variables.keys() & {"card", "holder"}
    shown = " ".join(wording.card_rows(CARD))
    assert not any(part in shown for part in ("Иванова", "Мария", "0018"))


def test_the_paper_at_card_entry() -> None:
    assert [(line.left, line.right) for line in RU.card_lines(CARD)[1:-1]] == [
        ("Карта", "*0018"),
        ("Уровень", "Золотой"),
        ("Скидка", "5%"),
        ("Баланс баллов", "505"),
        ("Сгорит 22.11.2026", "50"),
        ("Сгорит 22.12.2026", "7"),
    ]
    assert RU.card_lines(replace(CARD, member=None)) == ()
    blocked = RU.card_lines(_with(state=CardState.BLOCKED, tier="", balance=None, discount_percent=None, expiring=()))
    assert blocked[1:-1] == (PaperLine(left="Карта", right="*0018"), PaperLine(text="Карта не активна"))


def test_the_papers_after_a_receipt() -> None:
    divider = PaperLine(divider=True)
    assert RU.closing_lines(RECEIPT, DONE, MEMBER) == (
        divider,
        PaperLine(left="Списано баллов", right="100"),
        PaperLine(left="Начислено баллов", right="13"),
        PaperLine(left="Баланс баллов", right="418.50"),
        PaperLine(left="Сгорит 22.11.2026", right="50"),
        PaperLine(left="Сгорит 22.12.2026", right="7"),
        divider,
    )
    back = Outcome(OutcomeState.DONE, restored=points(100), reversed=points(13))
    assert EN.closing_lines(replace(RECEIPT, operation=Operation.REFUND), back, None) == (
        divider,
        PaperLine(left="Points returned", right="100"),
        PaperLine(left="Points taken back", right="13"),
        divider,
    )
    nothing = replace(DONE, redeemed=points(0), restored=points(0), reversed=points(0))  # as a card file answers a sale
    assert [line.left for line in RU.closing_lines(RECEIPT, nothing, None)[1:-1]] == [
        "Начислено баллов",
        "Баланс баллов",
    ]
    own = (PaperLine(text="Спасибо!"),)
    assert RU.closing_lines(RECEIPT, DONE, None, own) == own
    without_points = replace(MEMBER, kind=CardKind.DISCOUNT, balance=points(0))
    assert RU.closing_lines(RECEIPT, DONE, without_points) == ()
    back_without_card = replace(RECEIPT, operation=Operation.REFUND, card=None)
    assert RU.closing_lines(back_without_card, replace(DONE, balance_after=points(0)), without_points) == ()
    later = (PaperLine(text="Баллы будут учтены позже", align="center"),)
    assert RU.closing_lines(RECEIPT, Outcome(OutcomeState.QUEUED), None) == later
    assert RU.closing_lines(RECEIPT, Outcome(OutcomeState.UNKNOWN), None) == later
    for state in (OutcomeState.DONE, OutcomeState.MANUAL, OutcomeState.REFUSED):
        assert RU.closing_lines(RECEIPT, Outcome(state), None) == ()
    assert RU.repeat_mark() == (PaperLine(text="ПОВТОР", bold=True, double=True, align="center"),)


def test_the_page_tells_every_template_and_every_variable() -> None:
    page = (DOCS / "wording.md").read_text(encoding="utf-8")
    assert page == render("wording.md"), "run make docs"
    for name, template in CATALOGUE.items():
        part = page.split(f"## `{name}.j2`\n")[1].split("\n## ")[0]
        assert all(f"| `{variable}` |" in part for variable in template.variables)
    assert {template.form for template in CATALOGUE.values()} == set(Form)
