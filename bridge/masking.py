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
# And those that are personal where they stand: who was asked for, who sells, what somebody's paper says. Elsewhere a
# name is a device's or an article's, and a code an article's or an error's.
_MASKS_WITHIN: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("params", "name"): lambda text: str(PersonName(text)),
    ("params", "code"): lambda text: str(CardNumber(text)),
    ("cashier", "name"): lambda text: str(PersonName(text)),
    **{("lines", member): _hide for member in ("text", "left", "right", "qr", "barcode")},
}
# Ids are no cards, however many digits they have; a masked id cannot be looked up.
_KEPT = frozenset({"receipt_id", "task_id", "job_id", "scan_id", "at", "since", "as_of", "stream"})


def masked(value: Any, key: str = "", within: str = "") -> Any:  # noqa: ANN401 - JSON
    """JSON `value`, found at member `key` of what stands at `within`, with everything personal in it masked."""
    if isinstance(value, str):
        return _masked_text(value, key, within)
    if _MASKS.get(key) is _hide and value is not None:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {name: masked(item, name, key) for name, item in value.items()}
    if isinstance(value, list):
        # A text of its own among lines is all of a line.
        return [
            _hide(item) if key == "lines" and isinstance(item, str) else masked(item, key, within) for item in value
        ]
    return value


def _masked_text(text: str, key: str, within: str) -> str:
    if key in _KEPT:
        return text
    mask = _MASKS_WITHIN.get((within, key)) or _MASKS.get(key, mask_digit_runs)
    return mask(text)
