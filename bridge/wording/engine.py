"""Jinja2 as we use it: sandboxed, nothing to load, nothing undefined; values are text, never code and never marks.

A value comes from outside: a holder's name may hold anything. It is put into the text that a template has become, it is
never read as a template, and what steers (control characters, line ends, the marks of paper lines) loses its force.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import CodeType

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, meta, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bridge.wording.marks import BAR, VALUE, line_mark, without_marks

# What a template may fail with besides Jinja's own errors: it may reckon, and look into values.
RENDER_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_GLOBALS = ("range", "namespace")
# Unicode's Cc, Zl and Zp.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def plain(amount: Decimal) -> str:
    """ "1250" for whole amounts, "1250.50" else: what a person reads."""
    whole = amount.to_integral_value()
    return str(whole if amount == whole else amount)


def clean(text: str) -> str:
    """`text` on one line, without control characters and without those that we mark with."""
    return text if text.isprintable() else _STEERING.sub(" ", without_marks(text))


class Engine:
    """Makes templates of sources."""

    def __init__(self, date_format: str = "%d.%m.%Y") -> None:
        """date_format: of the filter `date` where it is given none."""
        environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printed
        )
        environment.globals = {name: environment.globals[name] for name in _GLOBALS}
        environment.filters["date"] = partial(_date, date_format)
        self._environment = environment

    def compile(self, source: str, file: str, *, with_lines: bool = False) -> Compiled:
        """with_lines: for `line_of`. TemplateSyntaxError, with its line."""
        tree = self._parse(source, file)
        if with_lines:
            _mark_lines(tree)
        code: CodeType = self._environment.compile(tree, file, file)
        return Compiled.from_code(self._environment, code, self._environment.globals)

    def unknown_names(self, source: str, file: str, known: Mapping[str, object]) -> Iterator[tuple[int, str]]:
        """The variables that this template would want and does not get, each with its first line."""
        tree = self._parse(source, file)
        unknown = meta.find_undeclared_variables(tree) - known.keys() - self._environment.globals.keys()
        for name in sorted(unknown):
            yield min(node.lineno for node in tree.find_all(nodes.Name) if node.name == name), name

    def _parse(self, source: str, file: str) -> nodes.Template:
        try:
            return self._environment.parse(source, file, file)
        except RecursionError:
            raise TemplateSyntaxError("nested too deeply", 1, file, file) from None


def _printed(value: object) -> str | Undefined:
    """How `{{ value }}` comes out. None prints nothing; what is undefined must fail by itself."""
    if isinstance(value, Undefined):
        return value
    if value is None:
        return ""
    text = plain(value) if isinstance(value, Decimal) else str(value)
    return VALUE + clean(text).replace("|", BAR)


def _date(usual: str, value: datetime, form: str = "") -> str:
    """The filter `date`: a moment by the till's own clock."""
    return value.astimezone().strftime(form or usual)


def _mark_lines(tree: nodes.Template) -> None:
    """Before each piece of output and behind each line end of fixed text stands the number of its source line."""
    for output in tree.find_all(nodes.Output):
        marked: list[nodes.Expr] = []
        for node in output.nodes:
            marked.append(_line_mark(node.lineno))
            marked.append(_marked_data(node) if isinstance(node, nodes.TemplateData) else node)
        output.nodes = marked


def _marked_data(data: nodes.TemplateData) -> nodes.TemplateData:
    first, *others = data.data.split("\n")
    marked = [first, *(line_mark(data.lineno + number) + line for number, line in enumerate(others, 1))]
    return nodes.TemplateData("\n".join(marked), lineno=data.lineno)


def _line_mark(line: int) -> nodes.TemplateData:
    return nodes.TemplateData(line_mark(line), lineno=line)
