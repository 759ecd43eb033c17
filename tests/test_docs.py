"""docs/README.md leads to every page."""

import re

from tests.claims import DOCS


def test_every_page_can_be_found() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w/.-]+)\)", index))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    unlisted = {page for page in pages - linked if f"{page.partition('/')[0]}/" not in linked}
    assert unlisted == set()
    assert {link for link in linked if not (DOCS / link).exists()} == set()
