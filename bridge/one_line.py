"""Text from anywhere, for a place that has one line: a log, an error message, a terminal."""


def one_line(text: str) -> str:
    """`text` with line breaks, escape sequences and other unprintables written out, so that it cannot forge a line."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
