"""Text as lines of paper: words wrapped, two texts set left and right. One character fills one column."""

from collections.abc import Iterator


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most `columns`: broken at a space where there is one, else in mid word. At least one line.

    A text that fits stays as it is, spaces included: what the cash program has laid out keeps its layout.
    """
    return list(_lines(text.rstrip(), columns))


def left_and_right(left: str, right: str, columns: int) -> list[str]:
    """Both on one line, the gap filled with spaces. A longer left wraps; the right stands on its last line.

    A right that would leave the left less than half of the line goes below it, on lines of its own.
    """
    room = columns - len(right) - 1
    if room < columns / 2:
        return wrap(left, columns) + [line.rjust(columns) for line in wrap(right, columns)]
    *above, last = wrap(left, room)
    return [*above, last.ljust(columns - len(right)) + right]


def _lines(text: str, columns: int) -> Iterator[str]:
    start = 0
    while len(text) - start > columns:
        line = text[start : start + columns + 1]
        end = line.rfind(" ")
        if not line[: end + 1].strip():  # nothing but indentation before the break, or no space at all
            end = columns
        yield line[:end].rstrip()
        start += end
        while text[start] == " ":
            start += 1
    yield text[start:]
