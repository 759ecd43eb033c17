"""A device's place in the text of a configuration; all else stays as it was."""

import difflib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.installing.binding import bound
from bridge.cli.installing.writing import replace_file
from bridge.config.model import DEFAULT_FILE

EXAMPLE = Path(__file__).parents[3] / "bridge/config/example.toml"
PLACE = "input://by-id/05e0:1200:S1"


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line.startswith(("+ ", "- "))]


def test_one_line_of_the_example_changes() -> None:
    before = EXAMPLE.read_text("utf-8")
    assert changed_lines(before, bound(before, "front", PLACE, "event")) == [
        '- endpoint = "serial:///dev/pos/front?baud=9600"',
        f'+ endpoint = "{PLACE}"',
    ]


def test_a_comment_on_its_line_stays() -> None:
    before = '[[scanners]]\nname="front"\nendpoint = "input://by-port/1-2"   # the old one\nforward = "event"\n'
    assert f'endpoint = "{PLACE}"   # the old one' in bound(before, "front", PLACE, "event")


def test_a_scanner_that_was_not_there_is_added() -> None:
    before = EXAMPLE.read_text("utf-8")
    after = bound(before, "new", PLACE, "wedge")
    assert all(line.startswith("+ ") for line in changed_lines(before, after))
    assert tomllib.loads(after)["scanners"][-1] == {"name": "new", "endpoint": PLACE, "forward": "wedge"}


def test_the_comment_above_the_next_table_stays_above_it() -> None:
    """And that of the scanner before stays with its scanner."""
    before = """[[scanners]]
name = "desk"
endpoint = "input://by-port/1-2"
forward = "wedge"
# or forward = "event"

# The printer by the door,
# not the kitchen's
[[printers]]
name = "receipt"
endpoint = "lp:///dev/usb/lp0"
"""
    above, below = before.split("\n\n")
    added = f'[[scanners]]\nname = "front"\nendpoint = "{PLACE}"\nforward = "event"'
    assert bound(before, "front", PLACE, "event") == f"{above}\n\n{added}\n\n{below}"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# only a comment\n",
        'till = { store = "s", name = "t" }',
        'scanners = [{ name = "front", endpoint = "serial:///dev/ttyS0", forward = "event" }] # all of them\n',
        'scanners = []\n[till]\nstore = "s"\n',
        "[till]\r\nstore = 's'\r\n",
    ],
)
def test_however_it_is_written(before: str) -> None:
    after = tomllib.loads(bound(before, "front", PLACE, "event"))
    assert after["scanners"] == [{"name": "front", "endpoint": PLACE, "forward": "event"}]


ROWS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["a", "b", "front"]), "endpoint": st.text(max_size=5)}),
    max_size=3,
    unique_by=lambda row: row["name"],
)


@given(ROWS, st.text(alphabet="# abc\n[]=", max_size=10))
def test_nothing_else_is_lost(rows: list[dict[str, str]], comment: str) -> None:
    told = "".join(f"# {line}\n" for line in comment.split("\n"))
    blocks = "".join(f'[[scanners]]\nname = "{row["name"]}"\nendpoint = "x" # {row["name"]}\n' for row in rows)
    before = f'{told}[till]\nstore = "s"\n{blocks}[messages]\nshow_card = true\n'
    after = bound(before, "front", PLACE, "event")
    gone = [line for line in changed_lines(before, after) if line.startswith("- ")]
    assert all("endpoint" in line for line in gone)
    assert tomllib.loads(after)["messages"] == {"show_card": True}


def test_a_file_is_replaced_whole_and_the_one_before_stays(tmp_path: Path) -> None:
    file = tmp_path / DEFAULT_FILE.name
    file.write_text("before")
    file.chmod(0o640)
    backup = replace_file(file, "after")
    assert backup is not None
    assert (file.read_text(), backup.read_text()) == ("after", "before")
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([file.name, backup.name])


def test_where_a_link_leads_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("before")
    link = tmp_path / "link.toml"
    link.symlink_to("real.toml")
    replace_file(link, "after")
    assert link.is_symlink()
    assert (tmp_path / "real.toml").read_text() == "after"


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    assert replace_file(tmp_path / "rules.d/70.rules", "text") is None
    assert (tmp_path / "rules.d/70.rules").read_text() == "text"
