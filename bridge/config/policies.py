"""The policy of a `[[providers]]` entry: its kind's own, with the keys that the file sets laid over it."""

from collections.abc import Iterator

import msgspec

from bridge.config.errors import Problem
from bridge.config.model import Provider
from bridge.domain.policy import Abilities, Policy, impossible
from bridge.providers import KINDS


def policy_of(row: Provider) -> Policy:
    """The whole policy of this provider, whose kind is known."""
    told = {key: value for key, value in msgspec.structs.asdict(row.policy).items() if value is not None}
    return msgspec.convert({**msgspec.to_builtins(KINDS[row.kind].policy), **told}, Policy)


def check_policy(key_path: str, row: Provider, abilities: Abilities) -> Iterator[Problem]:
    """A Problem for each key that does not go with the others, or that this provider cannot do."""
    for each in impossible(policy_of(row), abilities):
        yield Problem(f"{key_path}.policy.{each.key}", each.what, each.allowed)
