"""What one `[[providers]]` entry that is spoken to by a profile needs to know."""

from dataclasses import dataclass, field

from bridge.ports import Tap
from bridge.providers.rest.profile import Profile


@dataclass(frozen=True, slots=True)
class RestSettings:
    """kind: "rest", "locards" or "cardlab". key, login and password: "" where the profile needs none."""

    name: str
    kind: str
    base_url: str
    profile: Profile
    store: str
    store_name: str
    till: str
    language: str = "ru"
    key: str = field(default="", repr=False)
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeout_ms: int = 1500
    write_timeout_ms: int = 10_000
    tap: Tap = field(default_factory=Tap, repr=False, compare=False)
