"""What is personal in scans and messages, and the same text with doubles in its place.

Two passes: first everything is looked at (`learn_...`), because a name that a provider tells in one place stands on the
display and on the paper in others; then every text is rewritten (`text`, `literal`). What is known to be personal goes
wherever it stands; besides, long runs of digits and whatever looks like a phone go unseen before.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from bridge.domain.card import CardFormat, readings, recognise
from bridge.domain.payment_card import is_payment_card
from bridge.recording.doubles import Doubles

SHORTEST_KNOWN = 6  # a shorter number is replaced where a member or a scanner says what it is, and nowhere else
LONGEST_INNOCENT = 8  # digits in a row: more may be anybody's card or phone
SHORTEST_NAME = 3
FEWEST_DIGITS = 4

_TOKEN = re.compile(r"[^\W_]+")
_RUNS = re.compile(r"[0-9]+|[A-Za-z\u00c0-\u024f]+|[\u0400-\u052f]+|[^0-9A-Za-z\u00c0-\u024f\u0400-\u052f]+")
# One pass over a text: what was replaced once must not be taken for an original again.
_PART = re.compile(
    r"""
    (?P<masked>\*{2,}) (?P<end>\w{4}) (?!\w)          # by ourselves: four characters are still shown
    | (?<![0-9]) (?P<phone>                           # +7 (916) 123-45-67, with any of that left out
        \+?[78]?[ \u00a0]?\(?[3489][0-9]{2}\)?[ \u00a0-]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}
      ) (?![0-9])
    | (?P<token>[^\W_]+)
    """,
    re.VERBOSE,
)
_AMOUNT = re.compile(r"[0-9]+\.[0-9]{1,2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_NUMBERS = re.compile(r"card|phone|msisdn")
_WORDS = re.compile(r"surname|patronymic|firstname|lastname|middlename|fullname|holder|fio|e-?mail|address")
_DATES = re.compile(r"birth")
_SECRETS = re.compile(r"password|passwd|login|token|secret|apikey|verification|confirmationcode|otp$")
_PEOPLE = {"cashier", "client", "customer", "buyer", "person", "member", "clientdata"}


class Finder:
    """Learn first, rewrite then. formats: what is a card stays one of the same kind, what is none stays none."""

    def __init__(self, doubles: Doubles, formats: Sequence[CardFormat], secrets: Sequence[str] = ()) -> None:
        self._doubles = doubles
        self._short = Doubles()  # of texts so short that they stand for something else in other places
        self._formats = formats
        self._secrets = [secret for secret in secrets if secret]
        self._names: set[str] = set()

    # --- learning ----------------------------------------------------------------------------------

    def learn_scan(self, text: str) -> None:
        """What a scanner read or a cashier typed: a card, goods, or anything."""
        for number in (*readings(text)[1:], text):
            self._learn_number(number)

    def learn_message(self, value: Any, key: str = "") -> None:  # noqa: ANN401 - JSON
        """A whole JSON message, or the value of one of its members."""
        if isinstance(value, list):
            for item in value:
                self.learn_message(item, key)
        elif isinstance(value, Mapping):
            is_person = key in _PEOPLE or any(_NUMBERS.search(_plain(name)) for name in value)
            for name, item in value.items():
                self._learn_member(_plain(name), item, is_person=is_person)
            if "scan_id" in value and isinstance(value.get("data"), str):
                self.learn_scan(value["data"])

    def learn_call(self, message: Any) -> None:  # noqa: ANN401 - JSON
        """A request of the socket: what cards are asked for by has no telling name there."""
        if not isinstance(message, Mapping):
            return
        self.learn_message(message)
        params = message.get("params")
        if str(message.get("method")).startswith("card.") and isinstance(params, Mapping):
            self.learn_scan(str(params.get("code", "")))
            self._learn_words(str(params.get("name", "")))

    def _learn_member(self, name: str, item: Any, *, is_person: bool) -> None:  # noqa: ANN401 - JSON
        if not isinstance(item, str | int) or isinstance(item, bool):
            self.learn_message(item, name)
        elif _WORDS.search(name) or (name == "name" and is_person):
            self._learn_words(str(item))
        elif _is_number_of(name, str(item)):
            self.learn_scan(str(item))

    def _learn_words(self, text: str) -> None:
        self._names |= {word.lower() for word in _TOKEN.findall(text) if len(word) >= SHORTEST_NAME and word.isalpha()}

    def _learn_number(self, text: str) -> None:
        if sum(map(str.isdigit, text)) < SHORTEST_KNOWN or self._phone(text) is not None:
            return
        kind = self._kind_of(text)
        keep = next((len(row.prefix) for row in self._formats if row.matches(text, None)), 0)
        double = self._doubles.of(text, keep, lambda drawn: self._kind_of(drawn) == kind)
        for token, other in zip(_TOKEN.findall(text), _TOKEN.findall(double), strict=True):
            if len(token) >= SHORTEST_KNOWN:
                self._doubles.set(token, other)

    def _kind_of(self, text: str) -> tuple[str | None, bool]:
        card = recognise(self._formats, text)
        return card.provider if card else None, is_payment_card(text)

    def knows(self, text: str) -> bool:
        """Whether a double was made for this number."""
        digits = "".join(filter(str.isdigit, text))
        return text in self._doubles.by_original or digits[-10:] in self._doubles.by_original

    # --- rewriting ---------------------------------------------------------------------------------

    def text(self, text: str) -> str:
        """The same, as long, with doubles for all that is personal."""
        return _PART.sub(lambda part: self._part(part, lambda token: token), self.without_secrets(text))

    def scan(self, text: str) -> str:
        """As `text`, of what a scanner read: not even a short number stays."""
        return _PART.sub(lambda part: self._part(part, self._any), self.without_secrets(text))

    def without_secrets(self, text: str) -> str:
        """The same, as long, with asterisks for our keys and passwords."""
        for secret in self._secrets:
            text = text.replace(secret, "*" * len(secret))
        return text

    def literal(self, key: str, text: str, scans: Collection[str] = ()) -> str:
        """A string of a message, the value of member `key`. scans: members in which stands what was scanned."""
        if key in scans:
            return self.scan(text)
        key = _plain(key)
        if _SECRETS.search(key):
            return "*" * len(text)
        if _DATES.search(key) and _DATE.match(text):
            return _other_date(self._doubles.of(text)) + text[10:]
        if _WORDS.search(key) or _is_number_of(key, text):
            return self.scan(text)
        return self.text(text)

    def _part(self, part: re.Match[str], else_: Callable[[str], str]) -> str:
        if part["masked"]:
            return part["masked"] + self._end_of_masked(part["end"])
        if part["phone"] and not part["phone"].isdigit():
            return self._phone(part["phone"]) or part[0]
        return self._token(part[0], else_)

    def _token(self, token: str, else_: Callable[[str], str]) -> str:
        known = self._doubles.by_original.get(token) or self._name(token) or self._phone(token)
        if known:
            return known
        runs = [self._run(run) for run in _RUNS.findall(token)]
        return else_(token) if "".join(runs) == token else "".join(runs)

    def _any(self, token: str) -> str:
        return self._doubles.of(token) if len(token) >= SHORTEST_KNOWN else self._short.of(token)

    def _run(self, run: str) -> str:
        """Digits, or letters of one alphabet."""
        for start in (0, 1, 2):  # a command's last byte may look like the first of the text
            if known := self._doubles.by_original.get(run[start:]):
                return run[:start] + known
        if known := self._name(run):
            return known
        if len(run) > LONGEST_INNOCENT and run.isdigit():
            return self._phone(run) or self._doubles.of(run)
        return run

    def _name(self, word: str) -> str | None:
        """The double of a known name, in the case that it has here."""
        lower = word.lower()
        if lower not in self._names:
            return None
        return _in_case_of(word, self._doubles.of(lower)) if len(lower) == len(word) else self._doubles.of(word)

    def _phone(self, text: str) -> str | None:
        """`text` with the double of the Russian number in it, however it is written; None: it is no phone."""
        digits = "".join(filter(str.isdigit, text))
        if not re.fullmatch(r"[78]?[3489][0-9]{9}", digits) or text in self._doubles.by_original:
            return None
        core = iter(digits[:-10] + self._doubles.of(digits[-10:], keep=1))
        return "".join(next(core) if char.isdigit() else char for char in text)

    def _end_of_masked(self, end: str) -> str:
        """The end of the double of what ends so."""
        ends = (double[-4:] for text, double in self._doubles.by_original.items() if text.endswith(end))
        return next(ends, self._short.of(end))


def _is_number_of(name: str, text: str) -> bool:
    """Whether this member is a card's or a phone's number, and not its state, its balance or how many there are."""
    digits = sum(map(str.isdigit, text))
    return bool(_NUMBERS.search(name)) and digits >= FEWEST_DIGITS and not _AMOUNT.fullmatch(text)


def _plain(name: str) -> str:
    """cardNumber, card_number and CARD-NUMBER are one."""
    return name.lower().replace("_", "").replace("-", "")


def _in_case_of(model: str, text: str) -> str:
    return "".join(char.upper() if like.isupper() else char for char, like in zip(text, model, strict=True))


def _other_date(digits: str) -> str:
    """A day that there is, drawn from digits."""
    year, month, day = (int(part) for part in digits[:10].split("-"))
    return f"{1950 + year % 50}-{1 + month % 12:02}-{1 + day % 28:02}"
