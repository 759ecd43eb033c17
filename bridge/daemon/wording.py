"""The wording of a configuration: its language, the shop's templates, the displays that they must fit."""

from datetime import UTC, datetime

from bridge.config.model import Config, Display
from bridge.domain.idle import Idle
from bridge.wording import Glass, Wording, load_wording
from devices.codecs.codepage import replace_missing

_SOME_TIME = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


def wording_of(config: Config) -> Wording:
    """WordingError: a template of the shop's is wrong, or too wide for a display."""
    glasses = [_glass(display) for display in config.displays]
    return load_wording(config.till.language, config.messages.templates, glasses)


def _glass(display: Display) -> Glass:
    def as_shown(text: str) -> str:
        (row,) = Idle(rows=(text,)).rows_at(_SOME_TIME)
        return replace_missing(row, display.encoding)

    return Glass(display.name, display.rows, display.columns, as_shown, runs=display.marquee_ms > 0)
