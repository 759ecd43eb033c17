"""The members' file as it is now: read again when it changes, kept as it was while the new one is bad."""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from bridge.domain.errors import CardAmbiguous
from bridge.domain.known_card import CardPage, NewCard, Registered, Registration
from bridge.domain.member import Member
from bridge.domain.names import name_begins_with
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.providers.card_file.appending import Writing, writing_of
from bridge.providers.card_file.members import CardFileError, is_csv, load_members

log = structlog.get_logger(__name__)

Stamp = tuple[int, int, int]

# Members in one page of a listing.
PAGE = 500


class MembersFile:
    """Members by card, phone and name. `fault` says what is wrong with the file, "" while it is good."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._members: dict[str, Member] | None = None
        self._seen: Stamp | None = None
        self._writing: tuple[Stamp | None, Writing] | None = None
        self._added: deque[Member] = deque()  # by the thread, not in _members yet, over which the loop may be iterating
        self._adding = asyncio.Lock()
        self._file = threading.Lock()
        self.fault = ""

    async def members(self) -> Mapping[str, Member]:
        """By card number. CardFileError: there never was a good file."""
        await asyncio.to_thread(self._refresh)
        if self._members is None:
            raise CardFileError(self.fault)
        while self._added:
            member = self._added.popleft()
            self._members[member.number.value] = member
        return self._members

    async def find(self, who: CardNumber | Phone) -> Member | None:
        """CardAmbiguous: several cards have this phone."""
        members = await self.members()
        if isinstance(who, CardNumber):
            return members.get(who.value)
        found = [member for member in members.values() if member.phone == who]
        if len(found) > 1:
            raise CardAmbiguous(f"{len(found)} cards have this phone")
        return found[0] if found else None

    async def search(self, who: Phone | PersonName, limit: int) -> list[Member]:
        """By phone, or by the beginnings of parts of the name."""
        members = (await self.members()).values()
        if isinstance(who, Phone):
            found = [member for member in members if member.phone == who]
        else:
            found = [member for member in members if name_begins_with(member.holder.value, who.value)]
        return found[:limit]

    async def page(self, cursor: str) -> CardPage:
        """Some members in the file's order. The cursor is the file's stamp and a place: a changed file begins anew."""
        members = list((await self.members()).values())
        stamp = "-".join(map(str, self._seen or ()))
        of, _, place = cursor.partition(":")
        begin = int(place) if of == stamp and place.isdecimal() else 0
        end = min(begin + PAGE, len(members))
        return CardPage(members[begin:end], f"{stamp}:{end}", is_last=end == len(members))

    async def add(self, card: NewCard) -> Registered:
        """Put the card at the end of the file, unless it is in it. CardFileError: it cannot be read or written."""
        async with self._adding:
            if card.number.value in await self.members():
                return Registered(Registration.KNOWN)
            return await asyncio.to_thread(self._append, card)

    def _append(self, card: NewCard) -> Registered:
        try:
            with self._file:
                self._write(card)
        except UnicodeEncodeError:
            return Registered(Registration.REFUSED, "the file's encoding has no letters for this name")
        except OSError as error:
            raise CardFileError(f"{self._path}: {error.strerror}") from None
        return Registered(Registration.NEW)

    def _write(self, card: NewCard) -> None:
        """What we add ourselves need not be read again: a list of thousands is added card by card."""
        before = _stamp(self._path)
        if self._writing is None or self._writing[0] != before:
            self._writing = before, writing_of(self._path.read_bytes(), str(self._path), is_csv=is_csv(self._path))
        writing = self._writing[1]
        more = writing.addition(card)
        with self._path.open("ab") as file:
            file.write(more)
            os.fsync(file.fileno())
        after = _stamp(self._path)
        self._writing = after, replace(writing, ends_line=True)
        if before == self._seen:
            self._added.append(writing.member(card))
            self._seen = after

    def _refresh(self) -> None:
        with self._file:
            self._read()

    def _read(self) -> None:
        seen = _stamp(self._path)
        if seen is not None and seen == self._seen:
            return
        self._added.clear()
        try:
            self._members = load_members(self._path)
            self.fault = ""
            log.info("card_file_loaded", file=str(self._path), members=len(self._members))
        except CardFileError as error:
            if str(error) != self.fault:
                log.warning("card_file_refused", error=str(error), kept=self._members is not None)
            self.fault = str(error)
        self._seen = seen


def _stamp(path: Path) -> Stamp | None:
    """What changes whenever the file does; None when it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
