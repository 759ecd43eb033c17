"""Our printed bytes as emupos reads them, and its status as we do: a simulator of printers that shares nothing with us.

It needs Python 3.13, so what it said is kept beside this file; where the command is at hand it is asked again.
"""

import json
import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from devices.codecs.escpos import encode
from devices.codecs.escpos.status import REAL_TIME_QUERIES, PrinterStatus, RealTimeReply, StatusDecoder
from devices.codecs.escpos_view import Line, Paper
from tests.devices.codecs.emupos.documents import DOCUMENTS, PROFILE, Document
from tests.devices.codecs.emupos.record import RECORDED, recording, running

EMUPOS = shutil.which("emupos")
MEANT: Mapping[str, PrinterStatus] = {
    "": PrinterStatus(),
    "paper-near-end": PrinterStatus(is_paper_near_end=True),
    "paper-out": PrinterStatus(is_offline=True, is_paper_near_end=True, is_paper_out=True),
    "cover-open": PrinterStatus(is_offline=True, is_cover_open=True),
    "offline": PrinterStatus(is_offline=True),
    "paper-near-end and cover-open": PrinterStatus(is_offline=True, is_paper_near_end=True, is_cover_open=True),
}


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))
    return told


@pytest.mark.parametrize(("name", "document"), DOCUMENTS.items())
def test_it_reads_what_was_meant(recorded: dict[str, Any], name: str, document: Document) -> None:
    told = recorded["documents"][name]
    assert encode(document.printout, PROFILE).hex() == told["job"], "what it read was another job: record it anew"
    assert tuple(told["text"]) == document.text


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_our_own_reader_of_paper_reads_the_same(document: Document) -> None:
    paper = Paper()
    paper.feed(encode(document.printout, PROFILE))
    (page,) = paper.pages
    read = [item.text.strip() if isinstance(item, Line) else item.data for item in page.items]
    assert read == [line.rpartition(" ")[2].rstrip("]") if line.startswith("[") else line for line in document.text]


@pytest.mark.parametrize(("faults", "meant"), MEANT.items())
def test_we_read_its_status(recorded: dict[str, Any], faults: str, meant: PrinterStatus) -> None:
    told = recorded["status"][faults]
    replies = StatusDecoder().feed(bytes.fromhex(told["replies"]))
    assert len(replies) == len(REAL_TIME_QUERIES)
    assert PrinterStatus.of_replies([reply for reply in replies if isinstance(reply, RealTimeReply)]) == meant
    assert StatusDecoder().feed(bytes.fromhex(told["block"])) == [meant]


@pytest.mark.skipif(EMUPOS is None, reason="emupos is not installed (it needs Python 3.13)")
def test_it_says_so_still(recorded: dict[str, Any]) -> None:
    with running(str(EMUPOS)) as emupos:
        assert recording(emupos) == {key: recorded[key] for key in ("documents", "status")}
