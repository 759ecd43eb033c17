"""What may stand where a param must be one of a list: for the author of a cash program who wrote something else."""

import re
from collections.abc import Iterable, Iterator

from msgspec import inspect

# ".operation" is a member, "[0]" any of a list.
_STEP = re.compile(r"\.(?P<member>\w+)|\[[^]]*\]")


def allowed(params_type: type, path: str) -> list[str]:
    """What may stand at `path`, as msgspec writes it: "$.lines[0].align"."""
    here = list(_unwrapped(inspect.type_info(params_type)))
    for step in _STEP.finditer(path):
        here = [inner for kind in here for inner in _below(kind, step["member"])]
    return sorted({str(value) for kind in here if isinstance(kind, inspect.LiteralType) for value in kind.values})


def _below(kind: inspect.Type, member: str | None) -> Iterable[inspect.Type]:
    if member is None:
        return _unwrapped(kind.item_type) if isinstance(kind, inspect.ListType) else ()
    fields = kind.fields if isinstance(kind, inspect.StructType) else ()
    return (inner for field in fields if field.encode_name == member for inner in _unwrapped(field.type))


def _unwrapped(kind: inspect.Type) -> Iterator[inspect.Type]:
    """Without descriptions, and each of what it may be."""
    if isinstance(kind, inspect.Metadata):
        yield from _unwrapped(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for each in kind.types:
            yield from _unwrapped(each)
    else:
        yield kind
