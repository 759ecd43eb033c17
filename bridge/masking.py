"""What people look at: whose card it was stays hidden."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.personal import CardNumber, PersonName, Phone, ScanText, mask_digit_runs

_HIDDEN = "***"


def _hide(_text: str) -> str:
    return _HIDDEN


# Members of events and results that are personal wherever they stand. Wording names the holder, so it goes whole.
_MASKS: Mapping[str, Callable[[str], str]] = {
    "card": lambda text: str(CardNumber(text)),
    "phone": lambda text: str(Phone(text)),
    "holder": lambda text: str(PersonName(text)),
    "data": lambda text: str(ScanText(text)),
    "message": _hide,
    "printout": _hide,
    "rows": _hide,
}
# Ids are no cards, however many digits they have; a masked id cannot be looked up.
_KEPT = frozenset({"receipt_id", "task_id", "job_id", "scan_id", "at", "since", "as_of", "stream"})


def masked(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """JSON `value`, found at member `key`, with everything personal in it masked."""
    mask = _MASKS.get(key)
    if isinstance(value, str):
        return _masked_text(value, key)
    if mask is _hide and value is not None:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {name: masked(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item, key) for item in value]
    return value


def _masked_text(text: str, key: str) -> str:
    if key in _KEPT:
        return text
    return _MASKS.get(key, mask_digit_runs)(text)
