"""Files replaced whole or not at all, with the one before kept beside them."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path


def replace_file(file: Path, text: str) -> Path | None:
    """Write `text` as `file`, with the owner and mode that it had; where the one before is kept now (None: there was
    none). OSError: nothing has changed."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    backup = _kept(file) if file.exists() else None
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(text)
            _dress_as(file, written.fileno())
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return backup


def _kept(file: Path) -> Path:
    """A copy under a name that nothing has yet."""
    backup = file.with_name(f"{file.name}.{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.bak")
    shutil.copy2(file, backup)
    return backup


def _dress_as(file: Path, fd: int) -> None:
    if not file.exists():
        os.fchmod(fd, 0o644)
        return
    before = file.stat()
    os.fchmod(fd, before.st_mode)
    os.fchown(fd, before.st_uid, before.st_gid)
