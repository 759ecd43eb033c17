"""The members' file as it is now: read again when it changes, kept as it was while the new one is bad."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from bridge.domain.errors import CardAmbiguous
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.providers.card_file.members import CardFileError, Record, load_members

log = structlog.get_logger(__name__)


class Directory:
    """Members by card, phone and name. `fault` says what is wrong with the file, "" while it is good."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._records: Mapping[str, Record] | None = None
        self._seen: tuple[int, int, int] | None = None
        self.fault = ""

    async def records(self) -> Mapping[str, Record]:
        """By card number. CardFileError: there never was a good file."""
        await asyncio.to_thread(self._refresh)
        if self._records is None:
            raise CardFileError(self.fault)
        return self._records

    async def find(self, who: CardNumber | Phone) -> Record | None:
        """CardAmbiguous: several cards have this phone."""
        records = await self.records()
        if isinstance(who, CardNumber):
            return records.get(who.value)
        found = [record for record in records.values() if record.phone == who]
        if len(found) > 1:
            raise CardAmbiguous(f"{len(found)} cards have this phone")
        return found[0] if found else None

    async def search(self, who: Phone | PersonName, limit: int) -> list[Record]:
        """By phone, or by the beginning of any part of the name, whatever the case, with ё read as е."""
        records = (await self.records()).values()
        if isinstance(who, Phone):
            found = [record for record in records if record.phone == who]
        else:
            wanted = _words(who.value)
            found = [record for record in records if wanted in _words(record.member.holder.value)]
        return found[:limit]

    def _refresh(self) -> None:
        seen = _stamp(self._path)
        if seen is not None and seen == self._seen:
            return
        try:
            self._records = load_members(self._path)
            self.fault = ""
            log.info("card_file_loaded", file=str(self._path), members=len(self._records))
        except CardFileError as error:
            if str(error) != self.fault:
                log.warning("card_file_refused", error=str(error), kept=self._records is not None)
            self.fault = str(error)
        self._seen = seen


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does; None when it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _words(name: str) -> str:
    """With a space before each word, so that `in` means "a word begins so"."""
    return " " + " ".join(name.casefold().replace("ё", "е").split())
