"""What is wrong with a template: one line, file and line first."""

from pathlib import Path


class WordingError(Exception):
    """A template is refused; `str(error)` is the one line that a person reads. line 0: the file as a whole."""

    def __init__(self, file: Path | str, line: int, what: str, advice: str) -> None:
        place = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{place}: {' '.join(what.split())}: {advice}")
        self.file = file
        self.line = line
