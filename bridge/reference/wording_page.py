"""docs/wording.md, made from the catalogue of templates and the templates themselves."""

from collections.abc import Iterator

from bridge.wording.catalogue import CATALOGUE, Form, Template
from bridge.wording.shelf import SUFFIX, shipped

HEAD = """# Wording

*Made from the code by `make docs`.*

What customers, cashiers and staff read comes from templates, in Russian and English (`[till] language`). A shop
overrides any of them by a file of the same name in `/etc/pos-bridge/templates` (`[messages] templates` names
another folder):

```sh
mkdir -p /etc/pos-bridge/templates/ru/display
printf 'Секунду...\\n' > /etc/pos-bridge/templates/ru/display/searching.j2
pos-bridge check-config /etc/pos-bridge/pos-bridge.toml && systemctl restart pos-bridge
```

Templates are [Jinja2](https://jinja.palletsprojects.com/en/stable/templates/), in its sandbox: no files, no
includes, no imports. Each is tried before the till starts, with cards of every kind, many points and few. `run` and
`check-config` refuse a wrong one with file, line and what to do (exit code 2): its syntax, a variable that is not
there, a template that fails, a file that overrides nothing, a row that a display of this till cannot show whole.
Should one fail all the same, with a customer standing there, the product's own text is shown and the log says
`template_failed`.

- `{{ balance }}` prints points and money as people read them: `1250`, `12.50`. What is not known (none) prints
  nothing; test it by `{% if balance is not none %}`.
- `{{ as_of | date }}` prints a moment by the till's clock, as `31.12.2026`; in another form:
  `{{ as_of | date("%d.%m %H:%M") }}`.
- Lines with nothing but `{% … %}` leave no line behind.
- Values come from outside and are only ever text: no value steers a device, is read as a template, or counts as one
  of the marks below.

**Screens** are rows, top to bottom; a display shows as many as it has. One screen is made for all displays of the
till: `columns` and `rows` are those of the smallest. The product's own fit 16 columns and one row. No name and no
card number can be put on a display: everybody behind the customer reads it too.

**Sentences** are one line, however many the template has.

**Papers** are lines, with marks at their beginning:

| line | on paper |
| --- | --- |
| `LEFT \\| RIGHT` | two columns |
| `# TEXT` | large, in the middle |
| `= TEXT` | in the middle |
| `* TEXT` | bold |
| `---` | a line of dashes |
| `[qr] DATA`, `[barcode] DATA` | a QR code, a barcode (EAN-13 where it is one, else Code 128) |
| `[cut]` | the cutter; a paper ends with it by itself |

A paper with nothing on it is not printed.
"""

FORMS = {Form.SCREEN: "screen", Form.SENTENCE: "sentence", Form.PAPER: "paper"}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for name, template in CATALOGUE.items() for line in _template(name, template))])


def _template(name: str, template: Template) -> Iterator[str]:
    yield f"## `{name}{SUFFIX}`"
    yield ""
    yield f"A {FORMS[template.form]}. {template.purpose}"
    yield ""
    if template.variables:
        yield "| variable | meaning |"
        yield "| --- | --- |"
        yield from (f"| `{variable}` | {meaning} |" for variable, meaning in template.variables.items())
        yield ""
    text = shipped("ru", name).text.rstrip()
    if text:
        yield "```jinja"
        yield text
        yield "```"
    else:
        yield "Empty as shipped."
    yield ""
