"""docs/configuration.md is what the code says, and every key in it is explained."""

import tomllib
from pathlib import Path

from msgspec import inspect

from bridge.config.explain import bare_type, description_of
from bridge.config.model import Config
from bridge.reference.configuration_page import page

ROOT = Path(__file__).parents[2]


def test_the_page_is_fresh() -> None:
    assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == page(), "stale: run `make docs`"


def test_the_example_names_every_section() -> None:
    example = tomllib.loads((ROOT / "bridge/config/example.toml").read_text(encoding="utf-8"))
    assert set(example) == set(Config.__struct_fields__)


def test_every_key_is_explained() -> None:
    unexplained = [name for name, kind in _keys(inspect.type_info(Config), "") if not description_of(kind)]
    assert unexplained == []


def _keys(kind: inspect.Type, path: str) -> list[tuple[str, inspect.Type]]:
    bare = bare_type(kind)
    if isinstance(bare, inspect.VarTupleType) and isinstance(bare_type(bare.item_type), inspect.StructType):
        return _keys(bare.item_type, path)
    if not isinstance(bare, inspect.StructType):
        return [(path, kind)]
    return [key for field in bare.fields for key in _keys(field.type, f"{path}.{field.name}")]
