"""A real Chromium, driven by the W3C's WebDriver protocol (w3.org/TR/webdriver2): ten calls over HTTP, so no library
with a browser of its own is needed.
"""

import base64
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives to a reference to an element
DEADLINE_S = 40.0
PATIENCE_S = 5.0
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

MISSING = next((f"no {name} on this machine" for name in ("chromium", "chromedriver") if not shutil.which(name)), "")


@dataclass(frozen=True, slots=True)
class Browser:
    """One window."""

    client: httpx.Client
    session: str

    def open(self, url: str) -> None:
        self._ask("url", url=url)

    def size(self, width: int, height: int) -> None:
        self._ask("window/rect", width=width, height=height)

    def click(self, selector: str) -> None:
        """As a person clicks: it must be there, seen, and not covered."""
        self._on(selector, "click")

    def click_until(self, selector: str, told: str, is_right: Callable[[str], bool]) -> None:
        """As a person who clicks again when nothing happens: a button that is just shown anew misses a click."""
        end = time.monotonic() + DEADLINE_S
        while not is_right(text := self.text(told)):
            assert time.monotonic() < end, f"{told} still says {text!r}"
            if self.run(f"return document.querySelector({selector!r}) !== null"):
                self.click(selector)
            again = time.monotonic() + PATIENCE_S
            while time.monotonic() < again and not is_right(self.text(told)):
                pass

    def type(self, selector: str, text: str) -> None:
        """By the keyboard; "\ue007" is Enter."""
        self._on(selector, "value", text=text)

    def press(self, keys: str) -> None:
        """Keys on whatever has the focus."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask("actions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def run(self, script: str) -> Any:  # noqa: ANN401 - whatever the script gives
        return self._ask("execute/sync", script=script, args=[])

    def text(self, selector: str) -> str:
        return str(self.run(f"const e = document.querySelector({selector!r}); return e ? e.innerText : ''"))

    def until(self, selector: str, is_right: Callable[[str], bool]) -> str:
        """The text there once it is right: the page has changed by itself."""
        return self._until(lambda: self.text(selector), is_right, selector)

    def until_labelled(self, selector: str, is_right: Callable[[str], bool]) -> str:
        """The same of what a screen reader says of a picture."""
        script = f"const e = document.querySelector({selector!r}); return e ? e.getAttribute('aria-label') : ''"
        return self._until(lambda: str(self.run(script)), is_right, selector)

    def _until(self, look: Callable[[], str], is_right: Callable[[str], bool], what: str) -> str:
        end = time.monotonic() + DEADLINE_S
        while not is_right(text := look()):
            assert time.monotonic() < end, f"{what} still says {text!r}"
        return text

    def screenshot(self, file: Path) -> None:
        """The whole page."""
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return window.innerWidth")
        self.size(width, height + 140)  # what headless Chromium takes off for its own frame
        file.write_bytes(base64.b64decode(self._ask_get("screenshot")))

    def problems(self) -> list[str]:
        """What the browser complained of: blocked by policy, errors of scripts."""
        log = self.client.post(f"/session/{self.session}/se/log", json={"type": "browser"}).json()["value"]
        return [entry["message"] for entry in log]

    def _on(self, selector: str, action: str, **values: object) -> None:
        """Sections are put in place anew as they change, so an element may go between finding and using it."""
        end = time.monotonic() + DEADLINE_S
        while True:
            try:
                found = self._ask("element", using="css selector", value=selector)
                self._ask(f"element/{found[ELEMENT]}/{action}", **values)
            except WebDriverError:
                if time.monotonic() > end:
                    raise
            else:
                return

    def _ask(self, command: str, **values: object) -> Any:  # noqa: ANN401 - JSON
        return _value(self.client.post(f"/session/{self.session}/{command}", json=values))

    def _ask_get(self, command: str) -> Any:  # noqa: ANN401 - JSON
        return _value(self.client.get(f"/session/{self.session}/{command}"))


class WebDriverError(Exception):
    """The browser says no."""


def _value(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    value = response.json()["value"]
    if response.is_error:
        raise WebDriverError(value["message"])
    return value


@contextlib.contextmanager
def chromium(width: int = 1400, height: int = 1000) -> Iterator[Browser]:
    """A browser with nothing in it; it goes with its driver at the end."""
    port = _free_port()
    driver = subprocess.Popen(["chromedriver", f"--port={port}", "--log-level=OFF"])  # noqa: S603, S607 - from PATH
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            _until_it_listens(client)
            options = {"args": [*ARGUMENTS, f"--window-size={width},{height}"], "binary": shutil.which("chromium")}
            wanted = {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            session = _value(client.post("/session", json={"capabilities": {"alwaysMatch": wanted}}))["sessionId"]
            try:
                yield Browser(client, session)
            finally:
                client.delete(f"/session/{session}")
    finally:
        driver.terminate()
        driver.wait()


def _until_it_listens(client: httpx.Client) -> None:
    end = time.monotonic() + DEADLINE_S
    while True:
        try:
            client.get("/status")
        except httpx.ConnectError:
            assert time.monotonic() < end, "chromedriver does not listen"
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
