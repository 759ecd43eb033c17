"""The templates in force, by name.

Jinja2 and its templates are a tenth of the daemon's start, and nobody needs one until something is said: each is
compiled when it is first rendered, or by `compile_all` when there is time. A shop's own were tried before.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bridge.wording.catalogue import CATALOGUE, Values
from bridge.wording.shelf import Source

if TYPE_CHECKING:
    from bridge.wording.rendering import Text


class Texts:
    """own: the shop's templates."""

    def __init__(self, language: str, own: Mapping[str, Source]) -> None:
        self._language = language
        self._own = own
        self._compiled: dict[str, Text] = {}

    def render(self, name: str, values: Values) -> str:
        text = self._compiled.get(name) or self._compile(name)
        return text.render(values)

    def compile_all(self) -> None:
        """Takes some hundredths of a second; any thread may call it."""
        for name in CATALOGUE:
            if name not in self._compiled:
                self._compile(name)

    def _compile(self, name: str) -> "Text":
        from bridge.wording.rendering import compiled  # noqa: PLC0415 - Jinja2

        self._compiled[name] = compiled(self._language, self._own, name)
        return self._compiled[name]
