"""A Chromium without network, and pages opened in it from disk."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import routemap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE_FOUND = (
    f"no Chromium: none of {', '.join(NAMES)} is on the PATH. "
    "Install one (Debian: apt-get install chromium) to run the browser tests."
)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Opened:
    """A page, and everything that it complained about or asked for."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        assert self.complaints == []
        assert self.requests == [self.url]

    def data(self) -> dict[str, Any]:
        """Return the page's JSON block."""
        block = self.page.locator('script[type="application/json"]').text_content()
        found: dict[str, Any] = json.loads(block or "")
        return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("ROUTEMAP_REQUIRE_BROWSER") == "1":
            pytest.fail(NONE_FOUND)
        pytest.skip(NONE_FOUND)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens a file in a fresh context without network."""
    contexts = []

    def opened(path: Path, width: int = 1280, height: int = 800) -> Opened:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, offline=True)
        contexts.append(context)
        shown = Opened(context.new_page(), path.as_uri())
        page = shown.page
        page.on("console", lambda message: shown.complaints.append(message.text))
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        page.on("dialog", lambda dialog: shown.complaints.append(dialog.message))
        page.on("request", lambda request: shown.requests.append(request.url))
        page.goto(shown.url)
        return shown

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the worked case."""
    path = tmp_path_factory.mktemp("worked") / "map.html"
    routemap.to_html(routemap.build(routemap.read_case(ROOT / "data" / "dprk-russia-2023")), path)
    return path


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the page of a case given as tables."""

    def write(partial: bool = False, **tables: Any) -> Path:
        file = tmp_path / "case.yaml"
        file.write_text(json.dumps({"case": "small", **tables}), encoding="utf-8")
        path = tmp_path / "map.html"
        model = routemap.build(routemap.read_case(file, partial=partial), partial=partial)
        routemap.to_html(model, path)
        return path

    return write
