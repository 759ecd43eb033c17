"""What every section of the configuration is, and the text that names things in it."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[
    str,
    Meta(max_length=32, pattern=r"\A[\w.-]+\Z", title="letters, digits, `.`, `_` and `-`, at most 32 characters"),
]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all sections: unknown keys are refused."""
