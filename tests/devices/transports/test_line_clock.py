from devices.transports.line_clock import LineClock


def line_at_rest() -> LineClock:
    return LineClock(bytes_per_s=1024)


def test_line_is_busy_as_long_as_its_bytes_take() -> None:
    line = line_at_rest()
    assert line.wait_s(0, at=100.0) < 0
    line.gave(64, at=100.0)
    assert line.wait_s(0, at=100.0) == 0.0625
    assert line.wait_s(0, at=100.03125) == 0.03125
    assert line.wait_s(0, at=100.0625) == 0


def test_bytes_that_come_meanwhile_queue_up() -> None:
    line = line_at_rest()
    line.gave(64, at=100.0)
    line.gave(64, at=100.03125)
    assert line.wait_s(0, at=100.03125) == 0.09375


def test_some_may_be_under_way() -> None:
    line = line_at_rest()
    line.gave(128, at=100.0)
    assert line.wait_s(64, at=100.0) == 0.0625
    assert line.wait_s(128, at=100.0) == 0


def test_pause_is_not_saved_up() -> None:
    line = line_at_rest()
    line.gave(64, at=100.0)
    line.gave(64, at=200.0)
    assert line.wait_s(0, at=200.0) == 0.0625
