"""Who may look at a real till's page."""

from starlette.requests import Request

from bridge.panel.login import COOKIE, LASTS_S, MAX_SESSIONS, TRIES_A_MINUTE, Gate

TOKEN = "t0ken"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(key.encode(), value.encode()) for key, value in headers.items()]})


def gate() -> tuple[Gate, Clock]:
    clock = Clock()
    return Gate(lambda token: token == TOKEN, clock), clock


def with_session(session: str | None) -> Request:
    return request(cookie=f"{COOKIE}={session}")


def test_the_token_opens_and_a_cookie_stands_for_it_for_a_while() -> None:
    door, clock = gate()
    session = door.enter(TOKEN)
    assert door.admits(with_session(session))
    clock.now = LASTS_S + 1
    assert not door.admits(with_session(session))


def test_a_program_may_show_the_token_itself() -> None:
    door, _ = gate()
    assert door.admits(request(authorization=f"Bearer {TOKEN}"))
    assert not door.admits(request(authorization="Bearer other"))
    assert not door.admits(request(authorization=TOKEN))


def test_nothing_else_opens() -> None:
    door, _ = gate()
    assert door.enter("wrong") is None
    assert not door.admits(request())
    assert not door.admits(with_session(""))
    assert not door.admits(with_session("None"))


def test_whoever_guesses_waits_even_with_the_right_one() -> None:
    door, clock = gate()
    for _ in range(TRIES_A_MINUTE):
        assert door.enter("guess") is None
    assert door.is_besieged
    assert door.enter(TOKEN) is None
    clock.now = 61
    assert door.enter(TOKEN) is not None


def test_the_oldest_session_goes_when_there_are_too_many() -> None:
    door, _ = gate()
    sessions = [door.enter(TOKEN) for _ in range(MAX_SESSIONS + 1)]
    assert not door.admits(with_session(sessions[0]))
    assert all(door.admits(with_session(session)) for session in sessions[1:])
