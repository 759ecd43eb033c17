"""A device's place written into the text of a configuration: everything else in it stays as it was, comments too."""

import tomllib
from collections.abc import MutableMapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Table, Whitespace


class NotBindable(ValueError):
    """The text cannot be changed safely: the sentence says why."""


def bound(text: str, name: str, endpoint: str, forward: str) -> str:
    """`text` with the scanner called `name` at `endpoint`; added, with `forward`, where there is none of that name."""
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise NotBindable(f"it cannot be changed by a program: {error}") from error
    rows: Any = document.get("scanners", ())
    row = next((row for row in rows if row.get("name") == name), None)
    if row is not None:
        row["endpoint"] = endpoint
    else:
        _append(document, {"name": name, "endpoint": endpoint, "forward": forward})
    changed = tomlkit.dumps(document)
    if tomllib.loads(changed) != _expected(tomllib.loads(text), name, endpoint, forward):
        raise NotBindable(f'nothing was changed: write endpoint = "{endpoint}" for {name!r} into it by hand')
    return changed


def _append(document: MutableMapping[str, Any], row: dict[str, str]) -> None:
    if "scanners" in document:
        rows = document["scanners"]
        heading = _heading_of_next(rows[-1]) if isinstance(rows, AoT) and rows else []
        rows.append(row)
        if heading:
            for item in (tomlkit.nl(), *heading):
                rows[-1].add(item)
        return
    tables = AoT([])
    table: Table = tomlkit.table()
    table.update(row)
    tables.append(table)
    document["scanners"] = tables


def _heading_of_next(row: Table) -> Sequence[Comment]:
    """The comment above the table that follows, taken out of `row`: tomlkit counts it to the table before."""
    body = row.value.body
    start = len(body)
    while start and isinstance(body[start - 1][1], Comment):
        start -= 1
    if not (start and isinstance(body[start - 1][1], Whitespace)):  # right below its keys: its own
        return []
    heading = [item for _, item in body[start:] if isinstance(item, Comment)]
    del body[start:]
    return heading


def _expected(before: dict[str, Any], name: str, endpoint: str, forward: str) -> dict[str, Any]:
    """What must stand in the changed text: an editor that kept comments and lost a key would be no good."""
    rows: Sequence[dict[str, Any]] = before.get("scanners", [])
    if any(row.get("name") == name for row in rows):
        rows = [{**row, "endpoint": endpoint} if row.get("name") == name else row for row in rows]
    else:
        rows = [*rows, {"name": name, "endpoint": endpoint, "forward": forward}]
    return {**before, "scanners": rows}
