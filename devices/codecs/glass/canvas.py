"""The cells and the cursor of a line display, whatever the commands are called that fill and move them."""


class Canvas:
    """Rows and columns count from 0. What would fall outside is not done, and answered by False."""

    def __init__(self, height: int, width: int, encoding: str, *, scrolls: bool = False) -> None:
        self.width = width
        self.scrolls = scrolls
        """Vertical scroll mode: the last cell of the last row pushes all rows up. Else the cursor runs to the first."""
        self.in_string_mode = False
        """CD5220: only whole rows are taken."""
        self.is_dark = False
        """Switched off: the cells keep what is in them and nobody sees it."""
        self.brightness: int | None = None
        """From 1, the dimmest; None: never set."""
        self._height = height
        self._encoding = encoding
        self._cells = [self._blank_row() for _ in range(height)]
        self._row = self._column = 0

    @property
    def rows(self) -> tuple[str, ...]:
        cells = [self._blank_row()] * self._height if self.is_dark else self._cells
        return tuple("".join(row) for row in cells)

    def put(self, byte: int) -> None:
        self._cells[self._row][self._column] = self._character(byte)
        cells = self._height * self.width
        cell = self._row * self.width + self._column + 1
        if cell == cells and self.scrolls:
            self._cells = [*self._cells[1:], self._blank_row()]
            cell -= self.width
        self.move_to_cell(cell % cells)

    def write_row(self, row: int, text: bytes) -> bool:
        """The row becomes this text, the rest of it blank; the cursor stays where it is."""
        if row >= self._height or len(text) > self.width:
            return False
        self._cells[row] = [self._character(byte) for byte in text.ljust(self.width)]
        return True

    def blank(self) -> bool:
        """Every cell empty, the cursor where it was."""
        self._cells = [self._blank_row() for _ in range(self._height)]
        return True

    def clear(self) -> bool:
        """Every cell empty, the cursor at the first."""
        self.in_string_mode = False
        return self.blank() and self.move(0, 0)

    def clear_cells(self, first: int, last: int) -> bool:
        if not 0 <= first <= last < self._height * self.width:
            return False
        for cell in range(first, last + 1):
            self._cells[cell // self.width][cell % self.width] = " "
        return True

    def clear_row_of_cursor(self) -> bool:
        self.in_string_mode = False
        return self.write_row(self._row, b"")

    def move(self, row: int, column: int) -> bool:
        if not (0 <= row < self._height and 0 <= column < self.width):
            return False
        self._row, self._column = row, column
        return True

    def move_to_cell(self, cell: int) -> bool:
        return self.move(*divmod(cell, self.width))

    def _blank_row(self) -> list[str]:
        return [" "] * self.width

    def _character(self, byte: int) -> str:
        return bytes((byte,)).decode(self._encoding, "replace")
