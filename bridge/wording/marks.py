"""Characters that stand in rendered text for what a reader does not see; apart from Jinja2, which is loaded late."""

import re
from itertools import takewhile

# Private-use characters: VALUE stands before each value, BAR for a bar in one, so that no value is taken for a mark.
VALUE, BAR = "\ue000", "\ue001"
# Plane 15: the source line that an output line comes from, where somebody wants to know it.
_FIRST_LINE_MARK = 0xF0000
_LAST_LINE_MARK = 0xFFFFD
_MARK = re.compile(f"[{VALUE}{BAR}{chr(_FIRST_LINE_MARK)}-\U0010ffff]")


def without_marks(text: str) -> str:
    """Rendered text as a person reads it."""
    return _MARK.sub("", text.replace(BAR, "|"))


def line_mark(line: int) -> str:
    """What stands before output of this source line, for `line_of`."""
    return chr(min(_FIRST_LINE_MARK + line, _LAST_LINE_MARK))


def line_of(output: str) -> int:
    """The source line that this line of a text rendered `with_lines` begins in; 0 = not known."""
    marks = takewhile(_MARK.match, output)  # also those of lines of which nothing came out
    return max((ord(mark) - _FIRST_LINE_MARK for mark in marks if mark not in {VALUE, BAR}), default=0)
