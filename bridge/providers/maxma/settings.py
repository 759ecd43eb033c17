"""What one `[[providers]]` entry of kind "maxma" needs to know."""

from dataclasses import dataclass, field

from bridge.ports import Tap


@dataclass(frozen=True, slots=True)
class MaxmaSettings:
    """key: the processing key of the shop; store and store_name go with every operation; language: "ru" or "en"."""

    name: str
    base_url: str
    key: str = field(repr=False)
    store: str
    store_name: str
    timeout_ms: int = 1500
    write_timeout_ms: int = 10_000
    language: str = "ru"
    tap: Tap = field(default_factory=Tap, repr=False, compare=False)
