"""A real Chromium, driven by Playwright. Without Debian's chromium the browser tests are skipped, and say so."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tenants.models import User
from tests.working import running_worker
from tickets.ingestion.worker import Worker

CHROMIUM = shutil.which("chromium")
NOBODY_LOOKS = (
    # Two windows for suggestions below the address, each made anew with every context: a third of all that Chromium did.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # A process begun in case another site is opened.
    "SpareRendererForSitePerProcess",
    # What Playwright itself switches off, and would be on again: only the last such list counts.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
QUIET = [
    f"--disable-features={','.join(NOBODY_LOOKS)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        skip = pytest.mark.skip(reason="there is no chromium on this machine (apt-get install chromium)")
        for item in items:
            if "tests/browser/" in item.path.as_posix():
                item.add_marker(skip)


def enter(page: Page, name: str) -> None:
    """Be logged in as somebody, without the pages that lead there."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/", "httpOnly": True}]
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread; Django then refuses its ordinary calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_context(chromium: Browser, live_server: Any) -> Iterator[Callable[..., BrowserContext]]:
    """Contexts on the live server; what they were given (width, theme, no script) is up to the test."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A wide window; an error in the console or a refused resource fails the test."""
    tab = open_context(viewport={"width": 1280, "height": 900}).new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    assert complaints == []


@pytest.fixture
def worker(live_server: Any) -> Iterator[Worker]:
    """A worker in a thread of this process, ended with the test."""
    with running_worker(concurrency=2) as running:
        yield running
