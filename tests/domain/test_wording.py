"""Every sentence that somebody may have to read is there, in both languages, and fits where it is shown."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.desk import staff
from bridge.domain.errors import DeskError
from bridge.domain.limits import ReasonCode
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import Money, points
from bridge.domain.personal import CardNumber, PersonName
from bridge.domain.receipt import Outcome, OutcomeState
from bridge.domain.task import Errand
from bridge.wording import LANGUAGES, Wording, wording_for
from bridge.wording.base import plain

COLUMNS = 20
MEMBER = Member(CardNumber("2900000000018"), CardKind.BOTH, PersonName("Мария Иванова"), tier="Золотой")
TASKS = {
    *(staff.REFUSED, staff.MANUAL, staff.UNKNOWN, staff.STUCK_HOLD, staff.ABANDONED),
    *("waiting_queued", "waiting_unknown"),
}

each_language = pytest.mark.parametrize("wording", LANGUAGES.values(), ids=LANGUAGES.keys())


@each_language
def test_nothing_is_left_unsaid(wording: Wording) -> None:
    kinds = {error.kind for error in DeskError.__subclasses__()}
    assert wording.errors.keys() == kinds | {"internal"}
    assert wording.reasons.keys() == {code.value for code in ReasonCode}
    assert wording.outcomes.keys() == {state.value for state in OutcomeState}
    assert wording.states.keys() == set(CardState)
    assert wording.tasks.keys() == TASKS
    sentences = [*wording.errors.values(), *wording.reasons.values(), *wording.outcomes.values()]
    assert all(sentence and sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)


@each_language
@pytest.mark.parametrize("kind", sorted(TASKS))
def test_tasks_say_which_receipt_whose_card_and_how_many_points(wording: Wording, kind: str) -> None:
    errand = Errand("R-1", "why", CardNumber("2900"), Money(Decimal("1000.50")), "S-1", points(1), points(2))
    told = wording.task(kind, replace(errand, give_back=points("3.5"), take_away=points(4)))
    assert all(part in told for part in ("R-1", "2900", "1000.50", "S-1", " 1", " 2", " 3.50", " 4"))
    poor = wording.task(kind, Errand("R-1", ""))
    assert "R-1" in poor
    assert "None" not in poor


@each_language
@pytest.mark.parametrize("state", list(CardState))
@pytest.mark.parametrize("kind", list(CardKind))
def test_rows_fit_the_display(wording: Wording, kind: CardKind, state: CardState) -> None:
    rich = replace(MEMBER, kind=kind, state=state, balance=points("1234567.50"), discount_percent=Decimal("12.5"))
    poor = replace(rich, balance=points(0), discount_percent=None)
    fixed = (wording.searching, wording.not_found, wording.provider_away, wording.blocked, wording.thanks)
    old = timedelta(days=400)
    told = [wording.card_rows(member, age) for member in (rich, poor) for age in (None, old)]
    for rows in (*told, wording.card_rows(None), *fixed):
        assert 1 <= len(rows) <= 2
        assert all(len(row) <= COLUMNS for row in rows)


@each_language
def test_the_pole_shows_no_name_and_no_number(wording: Wording) -> None:
    shown = " ".join(wording.card_rows(replace(MEMBER, discount_percent=Decimal(5))))
    assert "Мария" not in shown
    assert "0018" not in shown
    text = wording.card_text(replace(MEMBER, state=CardState.BLOCKED))
    assert all(
        part in text for part in ("2900000000018", "Мария Иванова", "Золотой", wording.states[CardState.BLOCKED])
    )


def test_what_a_card_says() -> None:
    ru = wording_for("ru")
    assert ru.card_rows(replace(MEMBER, balance=points(350))) == ("Здравствуйте!", "Баллов: 350")
    discount = replace(MEMBER, kind=CardKind.DISCOUNT, discount_percent=Decimal("7.50"))
    assert ru.card_rows(discount) == ("Здравствуйте!", "Скидка 7.50%")
    assert ru.card_text(None) == ru.errors["provider_unavailable"]
    assert ru.error("unheard_of") == ru.errors["internal"]


@each_language
def test_the_paper(wording: Wording) -> None:
    assert wording.closing_lines(Outcome(OutcomeState.DONE)) == ()
    (later,) = wording.closing_lines(Outcome(OutcomeState.QUEUED))
    assert later.text == wording.later
    told = wording.closing_lines(Outcome(OutcomeState.DONE, redeemed=points(200), accrued=points("40.50")))
    assert [(line.left, line.right) for line in told[1:-1]] == [(wording.redeemed, "200"), (wording.accrued, "40.50")]
    assert told[0].divider
    assert told[-1].divider


def test_plain_numbers() -> None:
    assert [plain(Decimal(text)) for text in ("1250.00", "1250.50", "0.00")] == ["1250", "1250.50", "0"]


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
    ru, age = wording_for("ru"), timedelta(seconds=seconds)
    assert ru.card_rows(replace(MEMBER, balance=points(350)), age) == ("Баллов: 350", told)
    assert ru.card_text(MEMBER, age).endswith(f"по памяти кассы, сервис лояльности не отвечает ({told})")


def test_no_balance_is_not_a_balance_of_nothing() -> None:
    ru = wording_for("ru")
    unknown = replace(MEMBER, balance=None)
    assert ru.card_rows(unknown) == ("Здравствуйте!",)
    assert ru.card_rows(unknown, timedelta(1)) == ru.provider_away
