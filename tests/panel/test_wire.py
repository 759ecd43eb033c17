"""What passes, as lines for a person: whose it was stays hidden."""

from datetime import UTC, datetime

import pytest

from bridge.panel.limits import KEPT, OverheardLimits
from bridge.panel.wire import KEPT_LINES, Wire, bytes_text, json_text
from bridge.pos.peer import Caller

CARD = "2900000000018"
CLIENT = Caller(connection=3, pid=1, uid=0)
LIMITS = b'{"jsonrpc":"2.0","id":7,"method":"receipt.limits","params":{"receipt_id":"1","total":"10"}}'
DEEP = b'"deep":' + b"[" * 5000 + b"]" * 5000 + b"}"


def wire(*, hides_text: bool = False) -> Wire:
    return Wire(lambda: datetime(2026, 1, 1, tzinfo=UTC), hides_text=hides_text)


def test_digits_of_a_card_are_hidden_in_both_columns() -> None:
    text = bytes_text(CARD.encode() + b"\r", hides=False)
    assert text == "·· ·· ·· ·· ·· ·· ·· ·· ·· 30 30 31 38 0d  •••••••••0018."


def test_on_a_real_till_only_control_codes_are_seen() -> None:
    assert bytes_text(b"\x1b@Hi\n", hides=True) == "1b ·· ·· ·· 0a  .•••."


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        (b'{"params":{"code":"2900000000018"}}', CARD),
        (b'{"result":{"card":"2900000000018","holder":"Maria Ivanova"}}', "Ivanova"),
        (b'{"params":{"phone":"+79161234567"}}', "9161234"),
        (b'{"params":{"code":"K7-Q2-Z9-0042"}}', "K7-Q2"),
        (b'{"params":{"receipt_id":"1","points":"5","code":"4711"}}', "4711"),
        (b'{"params":{"name":"Ivanova"}}', "vanova"),
        (b'{"params":{"cashier":{"code":"7","name":"Ivanova"}}}', "vanova"),
        (b'{"params":{"lines":["Maria Ivanova"]}}', "Ivanova"),
        (b'{"params":{"lines":[{"left":"Ivanova","right":"5"}]}}', "Ivanova"),
        (b'{"params":{"lines":[{"text":"Ivanova","bold":true}]}}', "Ivanova"),
        (b'{"params":{"lines":[{"qr":"https://club.example/Ivanova"}]}}', "Ivanova"),
        (b"no json 2900000000018", CARD),
    ],
)
def test_messages_are_masked(line: bytes, hidden: str) -> None:
    assert hidden not in json_text(line)


def test_what_is_nobody_s_is_shown() -> None:
    """Names of devices and articles, and the codes of these: an installer looks for them."""
    line = b'{"params":{"lines":[{"id":"1","code":"4600051","name":"Milk"}]},"result":{"devices":[{"name":"front"}]}}'
    assert json_text(line) == line.decode()


def test_nothing_is_kept_while_nobody_looks() -> None:
    overheard = wire()
    overheard.device("front", "serial:///a", "in", b"1")
    assert overheard.lines == []
    overheard.watched()
    overheard.device("front", "serial:///a", "in", b"1")
    overheard.message(CLIENT, "in", LIMITS)
    assert [(line.who, line.arrow, line.kind) for line in overheard.lines] == [
        ("front", "→", "bytes"),
        ("client 3", "→", "json"),
    ]
    overheard.left()
    assert overheard.lines == []


def test_old_lines_go() -> None:
    overheard = wire()
    overheard.watched()
    for _ in range(KEPT_LINES + 5):
        overheard.device("front", "serial:///a", "out", b"x")
    assert (len(overheard.lines), overheard.after(KEPT_LINES)[0].number) == (KEPT_LINES, KEPT_LINES + 1)


def test_a_message_nested_too_deep_is_a_line_too() -> None:
    assert json_text(b"{" + DEEP) == f"no JSON that could be read, {len(DEEP) + 1} bytes"


def test_limits_are_those_that_were_told() -> None:
    limits = OverheardLimits()
    limits.message(CLIENT, "in", LIMITS)
    limits.message(Caller(connection=4), "out", b'{"id":7,"result":{"points":"others"}}')
    limits.message(CLIENT, "out", b'{"id":7,"result":{"points":"5"}}')
    limits.message(CLIENT, "out", b'{"id":7,"result":{"points":"6"}}')
    assert limits.of == {"1": {"points": "5"}}


@pytest.mark.parametrize(
    "line",
    [b"rubbish receipt.limits", b"[1]", b'{"id":null,"method":"receipt.limits"}', b"5", LIMITS[:-1] + b"," + DEEP],
)
def test_what_is_no_call_is_let_be(line: bytes) -> None:
    limits = OverheardLimits()
    limits.message(CLIENT, "in", line)
    limits.message(CLIENT, "out", line)
    assert limits.of == {}


def test_a_call_that_was_refused_tells_no_limits() -> None:
    limits = OverheardLimits()
    limits.message(CLIENT, "in", LIMITS)
    limits.message(CLIENT, "out", b'{"id":7,"error":{"code":1006}}')
    limits.message(CLIENT, "out", b'{"id":7,"result":{"points":"another call\'s"}}')
    assert limits.of == {}


def test_only_so_many_limits_are_kept() -> None:
    limits = OverheardLimits()
    for number in range(KEPT + 3):
        limits.message(CLIENT, "in", LIMITS.replace(b'"1"', b'"%d"' % number))
        limits.message(CLIENT, "out", b'{"id":7,"result":{}}')
    assert len(limits.of) == KEPT
