"""When a provider is asked and when it is left alone, to the second."""

import math

from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.circuit import DRAIN_SHARE, LIMIT, LONGEST_DRAIN_S, Backlog, Circuit, State


def _doubling(opening: int) -> float:
    return float(2**opening)  # 2, 4, 8 …


def _circuit() -> Circuit:
    return Circuit(_doubling)


def _opened(now: float = 0.0) -> Circuit:
    circuit = _circuit()
    for _ in range(LIMIT):
        circuit.failed(now)
    return circuit


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    circuit = _circuit()
    for _ in range(3):
        for _ in range(LIMIT - 1):
            assert circuit.failed(0.0) is None
        assert not circuit.succeeded(0.0)
    assert [circuit.failed(1.0) for _ in range(LIMIT)] == [None] * (LIMIT - 1) + [2.0]
    assert (circuit.wait_s(1.0), circuit.admit(2.9), circuit.wait_s(3.0)) == (2.0, False, 0.0)


def test_one_move_that_fails_again_and_again_is_one_failure() -> None:
    circuit = _circuit()
    assert [circuit.failed(float(second), "R-1/hold/1") for second in range(20)] == [None] * 20
    circuit.failed(20.0, "R-2/hold/1")
    assert circuit.failed(20.0) == 2.0


def test_one_probe_at_a_time_further_and_further_apart() -> None:
    circuit = _opened()
    assert (circuit.admit(2.0), circuit.state, circuit.admit(2.0), circuit.wait_s(2.0)) == (
        True,
        State.PROBING,
        False,
        math.inf,
    )
    assert (circuit.failed(3.0), circuit.wait_s(3.0)) == (4.0, 4.0)
    assert circuit.admit(7.0)
    assert (circuit.failed(7.0), circuit.admit(15.0)) == (8.0, True)
    assert (circuit.succeeded(16.0), circuit.outage_s, circuit.admit(16.0), circuit.admit(16.0)) == (
        True,
        16.0,
        True,
        True,
    )


def test_a_provider_that_names_a_time_is_left_alone_at_once_for_so_long() -> None:
    circuit = _circuit()
    assert circuit.failed(0.0, retry_after_s=60.0) == 60.0
    assert not circuit.admit(59.9)
    assert circuit.admit(60.0)
    late = _opened()
    assert late.failed(1.0, retry_after_s=30.0) is None  # it was under way when the others failed
    assert late.wait_s(1.0) == 30.0


def test_a_probe_that_nobody_waited_for_leaves_the_way_to_the_next() -> None:
    circuit = _opened()
    circuit.admit(2.0)
    circuit.abandoned(5.0)
    assert (circuit.state, circuit.admit(5.0)) == (State.OPEN, True)


def test_an_answer_to_what_was_under_way_closes_it() -> None:
    circuit = _opened()
    assert circuit.succeeded(0.5)
    assert circuit.admit(0.5)


def test_what_waits_goes_out_a_share_of_the_outage_apart() -> None:
    circuit = _opened()
    backlog = Backlog(circuit, _doubling, luck=1.0)
    assert backlog.wait_s(0.0) == 2.0
    circuit.admit(2.0)
    backlog.taken(2.0, 1.0)
    assert backlog.wait_s(2.0) == math.inf
    circuit.failed(3.0)
    assert backlog.wait_s(3.0) == 4.0
    circuit.admit(120.0)
    circuit.succeeded(120.0)
    gap = 120.0 / DRAIN_SHARE
    assert backlog.wait_s(120.0) == gap
    backlog.taken(122.0, 1.5)
    assert backlog.wait_s(122.0) == 1.5 * gap
    backlog.drained()
    assert backlog.wait_s(122.0) == 0.0


def test_probes_of_what_waits_are_further_apart_than_customers() -> None:
    circuit, now = _opened(), 0.0
    backlog = Backlog(circuit, lambda probe: 10.0 * probe, luck=1.0)
    for expected in (10.0, 20.0, 30.0):
        now += backlog.wait_s(now)
        backlog.taken(now, 1.0)
        assert circuit.admit(now)
        circuit.failed(now)
        assert backlog.wait_s(now) == max(expected, circuit.wait_s(now))


def test_what_waited_over_a_restart_is_a_backlog_and_its_first_goes_at_once() -> None:
    backlog = Backlog(_circuit(), _doubling, luck=1.0)
    backlog.resume(30.0)
    backlog.resume(9 * 3600.0)
    backlog.resume(60.0)
    assert backlog.wait_s(0.0) == 0.0
    backlog.taken(0.0, 1.0)
    assert backlog.wait_s(0.0) == LONGEST_DRAIN_S


@given(st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=60))
def test_whatever_happens_there_is_a_way_back(events: list[tuple[float, bool]]) -> None:
    """Nothing leaves it shut for ever, and never are two probes under way."""
    circuit, now = Circuit(lambda opening: min(30.0, 2.0**opening)), 0.0
    for pause, answers in events:
        now += pause
        if circuit.admit(now):
            assert circuit.is_closed or not circuit.admit(now)
            if answers:
                circuit.succeeded(now)
            else:
                circuit.failed(now)
        assert circuit.wait_s(now) <= 30.0 + 1e-9, "but for what floats lose"
    assert circuit.admit(now + 30.0)
