"""What the emulated printer answers, byte for byte from the manuals, however the questions come in."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.escpos_view import Paper
from devices.emulation.printer_mechanism import Condition, Mechanism

IN_TURN = b"\x1da\xff" + b"line\n" + b"\x1dr\x01\x1dr2\x1bv\x1bu\0" + b"\x1dI\x01\x1dI2\x1dI\x42"
ANSWERS = b"\x10\0\0\0" + b"\0" + b"\0" + b"\0" + b"\0" + b"\x20\x03" + b"_EPSON\0"


def said(mechanism: Mechanism, data: bytes) -> bytes:
    return mechanism.take(data) + mechanism.work()


@given(st.lists(st.integers(0, len(IN_TURN)), max_size=12))
def test_what_is_asked_in_turn_is_answered_in_turn_in_every_chunking(cuts: list[int]) -> None:
    mechanism = Mechanism(Paper(starts_in_chinese=False), is_clone=False)
    edges = sorted({0, len(IN_TURN), *cuts})
    chunks = [IN_TURN[start:end] for start, end in pairwise(edges)]
    assert b"".join(said(mechanism, chunk) for chunk in chunks) == ANSWERS
    assert mechanism.paper.as_text(20) == "line\n"


def test_real_time_questions_do_not_wait_for_the_paper() -> None:
    mechanism = Mechanism(Paper(), is_clone=False)
    mechanism.condition = Condition(paper_out=True, near_end=True)
    assert said(mechanism, b"\x1dI\x01" + b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04") == b"\x1a\x32\x12\x7e"
    mechanism.condition = Condition(cover_open=True)
    assert said(mechanism, b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04") == b"\x1a\x16\x12\x12"
    mechanism.condition = Condition()
    assert mechanism.work() == b"\x20"


def test_only_what_was_asked_for_is_told_unasked_and_once() -> None:
    mechanism = Mechanism(Paper(), is_clone=False)
    assert said(mechanism, b"\x1da\x08") == b"\x10\0\0\0"
    mechanism.condition = Condition(cover_open=True)
    assert mechanism.told_unasked() == b""
    mechanism.condition = Condition(cover_open=True, near_end=True)
    assert mechanism.told_unasked() == b"\x38\0\x03\0"
    assert mechanism.told_unasked() == b""
    mechanism.condition = Condition()
    assert mechanism.told_unasked() == b"\x10\0\0\0"
    assert said(mechanism, b"\x1da\0") == b""
    mechanism.condition = Condition(paper_out=True)
    assert mechanism.told_unasked() == b""


def test_a_clone_swallows_what_is_asked_in_turn() -> None:
    mechanism = Mechanism(Paper(), is_clone=True)
    assert said(mechanism, IN_TURN + b"\x10\x04\x01") == b"\x12"
