"""Templates compiled and rendered, and the product's own in place of a shop's that fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import structlog
from jinja2 import Template as Compiled

from bridge.wording.catalogue import Values
from bridge.wording.engine import RENDER_FAULTS, Engine
from bridge.wording.shelf import LANGUAGES, Source, shipped

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Text:
    """A template in force, and the product's own of the same name: what is said should it fail after all."""

    file: str
    template: Compiled
    shipped: Compiled

    def render(self, values: Values) -> str:
        """A shop's template that fails on values which no sample had must not hold up a sale."""
        try:
            return self.template.render(values)
        except RENDER_FAULTS as error:
            log.error("template_failed", file=self.file, reason=str(error))  # noqa: TRY400 - told where it is to be mended
            return self.shipped.render(values)


def compiled(language: str, own: Mapping[str, Source], name: str) -> Text:
    """The template of this name: the shop's where it is among its `own`."""
    engine, source = engine_of(language), shipped(language, name)
    ours = engine.compile(source.text, source.file)
    if name not in own:
        return Text(source.file, ours, ours)
    return Text(own[name].file, engine.compile(own[name].text, own[name].file), ours)


@cache
def engine_of(language: str) -> Engine:
    return Engine(LANGUAGES[language])
