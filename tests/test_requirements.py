"""What is installed is what pyproject.toml asks for, by exact versions and bytes, under licences that allow it."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "requirements").glob("*.txt"))
_PIN = re.compile(r"^([\w.-]+)==(\S+)((?: --hash=sha256:[0-9a-f]{64})+)$")
# Of what a till runs: each may be handed on together with a work under the Apache License 2.0, unchanged.
PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla Public)\b")
# pyudev is a library under the LGPL: used unchanged and as a file of its own, it can be replaced.
LESSER = {"pyudev"}
# The oldest Python that we run on needs the most.
OLDEST = {"extra": "", "python_version": "3.11", "python_full_version": "3.11.0"}


@cache
def pinned(name: str) -> dict[str, str]:
    """Versions by package. AssertionError: a line is no pin with its hashes, such as the address of an index."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    lines = [line for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines() if line and not line.startswith("#")]
    pins = [_PIN.match(line) for line in lines]
    assert None not in pins, [line for line, pin in zip(lines, pins, strict=True) if pin is None]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def asked_for() -> tuple[list[Requirement], list[Requirement]]:
    """For running, and for the tests besides."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime, dev = project["project"]["dependencies"], project["project"]["optional-dependencies"]["dev"]
    setuptools = project["build-system"]["requires"]
    return [Requirement(each) for each in (*runtime, *setuptools)], [Requirement(each) for each in dev]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_every_package_is_pinned_with_its_hashes(file: Path) -> None:
    assert pinned(file.stem)


@pytest.mark.parametrize(("name", "which"), [("runtime", 0), ("dev", 0), ("dev", 1)])
def test_what_is_asked_for_is_what_is_pinned(name: str, which: int) -> None:
    pins = pinned(name)
    missing = {
        str(wanted)
        for wanted in asked_for()[which]
        if not wanted.specifier.contains(pins.get(canonicalize_name(wanted.name), "0"), prereleases=True)
    }
    assert missing == set()


def test_the_tests_run_against_what_a_till_runs() -> None:
    assert pinned("runtime").items() <= pinned("dev").items()


def test_a_till_gets_nothing_that_nobody_asked_for() -> None:
    needed: set[str] = {canonicalize_name(wanted.name) for wanted in asked_for()[0]}
    todo = list(needed)
    while todo:
        below = set(_below(todo.pop())) - needed
        needed |= below
        todo += below
    assert needed == set(pinned("runtime"))


def _below(name: str) -> Iterator[str]:
    """What a package needs here, without extras."""
    for line in distribution(name).requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate(OLDEST):
            yield canonicalize_name(wanted.name)


@pytest.mark.parametrize("name", sorted(pinned("runtime")))
def test_its_licence_allows_it(name: str) -> None:
    metadata = distribution(name).metadata
    classifiers = [each for each in metadata.get_all("Classifier") or () if each.startswith("License ::")]
    told = " ".join(
        (*(metadata.get_all("License-Expression") or ()), *(metadata.get_all("License") or ()), *classifiers)
    )
    assert ("LGPL" in told) if name in LESSER else PERMISSIVE.search(told), told
