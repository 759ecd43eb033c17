"""What the first page tells to paste must be accepted."""

import re
from pathlib import Path

import pytest

from bridge.config.checks import devices_of
from bridge.config.loading import load

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_the_configuration_of_the_readme_is_a_configuration(page: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", ROOT.joinpath(page).read_text("utf-8"), re.DOTALL)
    file = tmp_path / "pos-bridge.toml"
    file.write_text(example, "utf-8")
    config = load(file, {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "a-key"})
    assert [device.name for _role, _path, device in devices_of(config)] == ["front", "pole", "receipt"]
