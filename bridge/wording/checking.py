"""A shop's template is tried before the till starts: syntax, names, every sample, and the width of each display."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from traceback import walk_tb
from types import TracebackType

from jinja2 import Template as Compiled
from jinja2 import TemplateSyntaxError

from bridge.wording.catalogue import Form, Template, Values
from bridge.wording.engine import RENDER_FAULTS, Engine
from bridge.wording.errors import WordingError
from bridge.wording.glass import Glass
from bridge.wording.marks import line_of, without_marks
from bridge.wording.shelf import Source


def check(engine: Engine, source: Source, template: Template, size: Values, glasses: Sequence[Glass]) -> None:
    """WordingError: the first thing wrong with this template. size: what screens are told of `columns` and `rows`."""
    compiled = _compiled(engine, source)
    for line, name in engine.unknown_names(source.text, source.file, template.variables):
        raise WordingError(source.file, line, f"there is no variable `{name}` here", _known(name, template.variables))
    for sample in template.samples():
        values = {**sample, **(size if template.form is Form.SCREEN else {})}
        text = _rendered(compiled, source, values)
        if template.form is Form.SCREEN:
            for glass in glasses:
                _check_glass(source, text, glass, may_run=template.may_run and glass.runs)
        elif template.form is Form.SENTENCE and not without_marks(text).strip():
            raise WordingError(source.file, 0, f"says nothing for {_told(values)}", "write what is to be said then")


def _compiled(engine: Engine, source: Source) -> Compiled:
    try:
        return engine.compile(source.text, source.file, with_lines=True)
    except TemplateSyntaxError as error:
        advice = "mend it as the Jinja2 template language wants it"
        raise WordingError(source.file, error.lineno, error.message or "not a template", advice) from None


def _rendered(compiled: Compiled, source: Source, values: Values) -> str:
    try:
        return compiled.render(values)
    except RENDER_FAULTS as error:
        line = _line_in(source.file, error.__traceback__)
        advice = f"it must do for {_told(values)}"
        raise WordingError(source.file, line, str(error) or type(error).__name__, advice) from None


def _check_glass(source: Source, text: str, glass: Glass, *, may_run: bool) -> None:
    rows = text.rstrip("\n").split("\n")
    for number, row in enumerate(rows):
        shown = glass.as_shown(without_marks(row).rstrip())
        if number >= glass.rows and shown:
            what = f"row {number + 1} is beyond the {glass.rows} rows of display {glass.name}"
            raise WordingError(
                source.file, line_of(row), what, "say it in fewer rows (`rows` tells how many there are)"
            )
        if len(shown) > glass.columns and not may_run:
            what = f'"{shown}" has {len(shown)} characters, display {glass.name} has {glass.columns} columns'
            raise WordingError(source.file, line_of(row), what, "say it shorter (`columns` tells how many there are)")


def _line_in(file: str, traceback: TracebackType | None) -> int:
    """Jinja's frames carry the template's own file and lines."""
    return next((line for frame, line in reversed(list(walk_tb(traceback))) if frame.f_code.co_filename == file), 0)


def _known(name: str, variables: Mapping[str, str]) -> str:
    near = get_close_matches(name, variables, n=1)
    return f"use {', '.join(near or sorted(variables))}" if variables else "it has none"


def _told(values: Values) -> str:
    """Which sample it was, by what is short to say."""
    told = (f"{name} = {value}" for name, value in values.items() if isinstance(value, str | int) or value is None)
    return ", ".join(told) or "the values that it is given"
