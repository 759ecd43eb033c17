"""The panel of an emulated till in a real Chromium: what a person does with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.panel.browser import MISSING, Browser, chromium

ENTER, TAB = "\ue007", "\ue004"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The panel of `run --emulate`, as its first lines say."""
    folder = tmp_path_factory.mktemp("e")
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "run", "--emulate"],
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield next(line.split()[1] for line in process.stdout if line.startswith("panel "))
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate()


def a_sale_by_clicks(page: Browser, _address: str) -> None:
    page.click("[data-key=open]")
    page.until("#cash", lambda text: "desk-1" in text)
    page.click("[data-key=article-1]")
    page.click("[data-key=card-1]")
    page.until("#cash", lambda text: "May redeem" in text and "350.00" in text)
    page.until_labelled(".glass", lambda text: "Баллов: 350" in text)
    page.click("[data-key=redeem]")
    page.until("#cash", lambda text: "Redeems" in text)
    page.click_until("[data-key=pay]", "#outcome", lambda text: text == "done")
    page.until("#paper", lambda text: "Списано баллов" in text)
    page.until("#desk_provider", lambda text: "confirm-ticket" in text)
    page.until("#wire-lines", lambda text: "receipt.close" in text)
    assert "2900000000018" not in page.text("#wire-lines")
    assert page.problems() == []


def a_cable_is_pulled_and_put_in_again(page: Browser, _address: str) -> None:
    page.until("#state-front", lambda text: "online" in text)
    page.click("#unplug-front")
    page.until("#state-front", lambda text: "absent" in text)
    page.click("[data-key=article-1]")
    page.until("#told", lambda text: "unplugged" in text)
    page.click("#plug-front")
    page.until("#state-front", lambda text: "online" in text)


def the_paper_runs_out_and_comes_back(page: Browser, _address: str) -> None:
    page.until("#state-receipt", lambda text: "online" in text)
    page.click("#fault-receipt-paper_out")
    page.until("#state-receipt", lambda text: "no paper" in text)
    page.click("#fault-receipt-paper_out")
    page.until("#state-receipt", lambda text: "online" in text)


def the_provider_goes_away_and_the_sale_is_made(page: Browser, _address: str) -> None:
    page.click("[data-key=club-offline]")
    page.until("#desk_provider .state", lambda text: "offline" in text)
    page.click("[data-key=open]")
    page.until("#cash", lambda text: "desk-1" in text)
    page.click("[data-key=article-1]")
    page.click("[data-key=card-1]")
    page.until("#cash", lambda text: "1200.00" in text)
    page.click_until("[data-key=pay]", "#outcome", lambda text: text == "queued")
    page.until("#queue", lambda text: "desk-1" in text)
    page.click("[data-key=club-none]")
    page.until("#desk_provider .state", lambda text: "all is well" in text)


def any_code_by_the_keyboard_alone(page: Browser, _address: str) -> None:
    page.run("document.querySelector('#scan-device').focus()")
    page.press(TAB)
    assert page.run("return document.activeElement.id") == "scan-data"
    page.press(f"4600051000057{ENTER}")
    page.until("#wire-lines", lambda text: '"data":"4600051000057"' in text or "•••••••••0057" in text)
    assert page.run("return document.activeElement.id") == "scan-data", "what is shown anew keeps the focus"


def a_scenario_is_played_on_the_page(page: Browser, _address: str) -> None:
    page.run("document.querySelector('#scenario').value = 'renumbered'")
    page.click("[data-key=play]")
    page.until("#verdict", lambda text: "All went as it must." in text)
    page.click("[data-key=reset]")
    page.until("#scenarios", lambda text: "All went as it must." not in text)


def on_a_phone_nothing_is_cut_off(page: Browser, address: str) -> None:
    page.size(390, 844)
    page.open(f"{address}?lang=ru")
    page.until("#scanners", lambda text: "Сканеры" in text)
    wide, seen = page.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen
    page.size(1400, 1000)
    page.open(f"{address}?lang=en")
    page.until("#connection", lambda text: text == "live")


STEPS = (
    a_sale_by_clicks,
    a_cable_is_pulled_and_put_in_again,
    the_paper_runs_out_and_comes_back,
    the_provider_goes_away_and_the_sale_is_made,
    any_code_by_the_keyboard_alone,
    a_scenario_is_played_on_the_page,
    on_a_phone_nothing_is_cut_off,
)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.timeout(240)
def test_in_a_real_browser(address: str) -> None:
    """One browser for all of them: it takes longer to start than all they do. Each has a till of its own."""
    with chromium() as page:
        page.open(f"{address}?lang=en")
        for step in STEPS:
            httpx.post(f"{address}do/reset", headers={"X-Panel": "1"}, timeout=30, trust_env=False).raise_for_status()
            page.until("#cash", lambda text: "Open a receipt" in text)
            step(page, address)
        # A refusal is told on the page; the browser's own log has it too.
        assert [each for each in page.problems() if "400 (Bad Request)" not in each] == []


# --- without a browser -------------------------------------------------------------------------------


def test_forms_work_without_a_script(address: str) -> None:
    answer = httpx.post(f"{address}do/unplug", data={"device": "hand"}, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert httpx.post(f"{address}do/plug", data={"device": "hand"}, trust_env=False).status_code == 303


@pytest.mark.parametrize(
    ("act", "form", "told"),
    [
        ("scan", {"data": ""}, "a code to scan"),
        ("scan", {"data": "ж", "device": "hand"}, "data"),
        ("unplug", {"device": "nobody"}, "nobody"),
        ("fault", {"device": "pole", "fault": "paper_out", "on": "1"}, "paper_out"),
        ("provider", {"fault": "tired"}, "tired"),
        ("cash", {"key": "steal"}, "steal"),
        ("play", {"scenario": "../../etc/passwd"}, "no scenario"),
    ],
)
def test_what_cannot_be_done_is_told(address: str, act: str, form: dict[str, str], told: str) -> None:
    answer = httpx.post(f"{address}do/{act}", data=form, trust_env=False)
    assert answer.status_code == 400
    assert told in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.invalid"}, {"Origin": "http://evil.invalid"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_pages_of_other_sites_move_nothing(address: str, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{address}do/unplug", data={"device": "front"}, headers=headers, trust_env=False)
    assert answer.status_code == 403


def test_emulation_never_goes_over_http(address: str) -> None:
    for path in ("rpc", "emulation.scan", "events"):
        assert httpx.post(f"{address}{path}", trust_env=False).status_code == 404
