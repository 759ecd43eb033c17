"""Both languages, whole: a template asks for no word that is not there."""

import re

import pytest

from bridge.domain.member import Source
from bridge.domain.receipt import Operation, OutcomeState, ReceiptState, RedemptionState
from bridge.domain.task import TaskState
from bridge.emulation.panel.server import HERE
from bridge.emulation.panel.words import DESK_WORDS
from bridge.panel.page import TEMPLATES
from bridge.panel.words import LANGUAGES, PAGE_WORDS, words_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_template_is_known(language: str) -> None:
    words = words_of(language, DESK_WORDS)
    for file in (*TEMPLATES.glob("*.html"), *(HERE / "templates").glob("*.html")):
        for key in re.findall(r"\bw\('(\w+)'\)", file.read_text("utf-8")):
            assert words(key), f"{file.name}: {key}"


def test_every_state_has_a_word() -> None:
    states = [
        *(f"is_{each}" for each in (*Operation, ReceiptState.OPEN, ReceiptState.PREPARED)),
        *(f"redemption_{each}" for each in RedemptionState),
        *(f"outcome_{each}" for each in OutcomeState),
        *(f"card_{each}" for each in Source),
        *(f"task_{each}" for each in TaskState if each is not TaskState.RESOLVED),
    ]
    assert all(map(words_of("ru", DESK_WORDS), states))


def test_no_word_is_said_twice_or_empty() -> None:
    assert not PAGE_WORDS.keys() & DESK_WORDS.keys()
    assert all(all(pair) for pair in (*PAGE_WORDS.values(), *DESK_WORDS.values()))
