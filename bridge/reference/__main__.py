"""`python -m bridge.reference` writes every generated page of docs/ and the files of udev/ anew."""

import sys
from importlib import import_module
from pathlib import Path

# page -> the module that makes it, by its function `page() -> str`; imported one at a time, as each is written
PAGES = {
    "configuration.md": "bridge.reference.configuration_page",
    "pos-bridge.1": "bridge.reference.man_page",
    "pos-protocol.md": "bridge.reference.protocol_page",
    "scenarios.md": "bridge.reference.scenarios_page",
    "wording.md": "bridge.reference.wording_page",
}
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
UDEV = ROOT / "udev"


def render(name: str) -> str:
    """The text that docs/`name` must have."""
    text: str = import_module(PAGES[name]).page()
    return text


def main() -> None:
    for name in PAGES:
        _write(DOCS / name, render(name))
    for name, text in import_module("devices.udev.packaged").FILES.items():
        _write(UDEV / name, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
