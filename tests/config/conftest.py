"""A directory with a configuration that is right, for tests that make one thing wrong."""

import grp
from pathlib import Path

import pytest

from bridge.config.loading import load
from bridge.config.model import Config
from tests.config.samples import SECRET, Loader


@pytest.fixture
def group() -> str:
    """A group that exists on this machine."""
    return grp.getgrall()[0].gr_name


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the configuration stands: with a credential and a members file."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    key = credentials / "maxma-key"
    key.write_text(SECRET + "\n")
    key.chmod(0o600)
    (tmp_path / "members.csv").write_text("card,holder\n")
    return tmp_path


@pytest.fixture
def load_text(directory: Path) -> Loader:
    """Writes a text as pos-bridge.toml and loads it, with an empty environment."""

    def loader(text: str) -> Config:
        file = directory / "pos-bridge.toml"
        file.write_text(text)
        return load(file, {})

    return loader
