"""What is asked of every page as it looks: nothing that axe finds, nothing sideways, in both themes, wide and narrow."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page


@dataclass(frozen=True)
class Look:
    theme: Literal["light", "dark"]
    width: int


NARROW = Look("dark", 390)
WIDE = Look("light", 1280)

NARROWEST_WITH_NAVIGATION = 800
"""Narrower windows have a bar at the bottom instead, and the rest of the navigation behind its *More*."""

AS_NARROW: dict[str, Any] = {
    "viewport": {"width": NARROW.width, "height": 900},
    "color_scheme": NARROW.theme,
    "reduced_motion": "reduce",  # no colour is seen half-way between two
}
"""How the context is opened in which `each_look` is taken."""


def each_look(page: Page) -> Iterator[Look]:
    """The page narrow, then wide in the other theme; in the end narrow again, for the next page.

    One page looked at twice is loaded once, and axe knows its way the second time.
    """
    take_on(page, NARROW)
    yield NARROW
    take_on(page, WIDE)
    yield WIDE
    take_on(page, NARROW)


def take_on(page: Page, look: Look) -> None:
    page.emulate_media(color_scheme=look.theme)
    page.set_viewport_size({"width": look.width, "height": 900})
    page.wait_for_function(
        "({theme, width}) => innerWidth === width && matchMedia(`(prefers-color-scheme: ${theme})`).matches",
        arg=asdict(look),
    )


def axe_finds(page: Page) -> str:
    """What breaks a rule and how, in words; nothing where nothing does."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate("axe.run({resultTypes: ['violations']}).then(({violations}) => ({violations}))"))
    return results.generate_report() if results.violations_count else ""


def faults_as(look: Look, page: Page) -> list[str]:
    """What axe finds, by how much the page scrolls sideways, and which links of its navigation nobody sees."""
    found = []
    if said := axe_finds(page):
        found.append(said)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if overflow > 0:
        found.append(f"scrolls sideways by {overflow} px")
    selector = ".bottom-bar a, .tabs a" if look.width < NARROWEST_WITH_NAVIGATION else ".sidenav a, .tabs a"
    links = page.locator(selector).evaluate_all(
        "links => links.map(each => [each.innerText, each.getBoundingClientRect().right])"
    )
    found += [f"the link {name} is out of sight" for name, right in links if not 0 < right <= look.width]
    return [f"{page.url}, {look.theme}, {look.width} px: {each}" for each in found]


def faults(page: Page) -> list[str]:
    return [fault for look in each_look(page) for fault in faults_as(look, page)]
