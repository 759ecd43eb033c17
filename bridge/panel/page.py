"""The page and its sections, rendered on the server."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bridge.panel.words import Words, words_of

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page that is shown anew when it has changed. values: what its template NAME.html is given."""

    name: str
    values: Callable[[Words], Awaitable[Mapping[str, object]]]
    width: Literal["third", "half", "wide"] = "third"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the page says of the till. warning: one of the words, "" on a real one."""

    till: str
    store: str
    version: str
    warning: str = ""


class Page:
    """base: what its addresses begin with. words: of the sections that are not the page's own."""

    def __init__(
        self,
        heading: Heading,
        sections: Sequence[Section],
        base: str = "",
        *,
        templates: Sequence[Path] = (),
        words: Mapping[str, tuple[str, str]] | None = None,
        styles: Sequence[str] = (),
    ) -> None:
        self._heading = heading
        self.sections = sections
        self.base = base
        self._words = words or {}
        self._styles = ("panel.css", *styles)
        self._environment = Environment(
            loader=FileSystemLoader([TEMPLATES, *templates]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def whole(self, language: str) -> str:
        return self._render("page", language, parts=await self.parts(language), sections=self.sections)

    async def parts(self, language: str) -> dict[str, Markup]:
        """The sections by name."""
        words = words_of(language, self._words)
        return {
            section.name: Markup(self._render(section.name, language, **await section.values(words)))  # noqa: S704 - autoescaped
            for section in self.sections
        }

    def login(self, language: str, problem: str = "") -> str:
        return self._render("login", language, problem=problem)

    def _render(self, name: str, language: str, **values: object) -> str:
        template = self._environment.get_template(f"{name}.html")
        return template.render(
            w=words_of(language, self._words),
            language=language,
            base=self.base,
            heading=self._heading,
            styles=self._styles,
            **values,
        )
