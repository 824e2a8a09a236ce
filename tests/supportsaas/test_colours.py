"""The contrast of the stylesheet's colours in both themes."""

import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static" / "app.css").read_text()
PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
}
THEMES = {"light": 0, "dark": 1}
TEXT, MARK = 5.9, 3.6
WORDS = ["ink", "muted", "accent", "danger", "warn", "ok"]
MARKS = ["high", "medium", "low", "negative", "neutral", "positive", "accent"]
HEAT_INK = {1: "ink", 2: "ink", 3: "ink", 4: "ink", 5: "on-accent", 6: "on-accent"}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_correctly() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", WORDS)
def test_text_can_be_read_on_its_surface(name: str, theme: str) -> None:
    place = THEMES[theme]
    assert contrast(PAIRS[name][place], PAIRS["surface"][place]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", MARKS)
def test_marks_can_be_seen_on_the_surface(name: str, theme: str) -> None:
    place = THEMES[theme]
    assert contrast(PAIRS[name][place], PAIRS["surface"][place]) >= MARK


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("level", HEAT_INK)
def test_the_numbers_of_the_heat_map_can_be_read(level: int, theme: str) -> None:
    place = THEMES[theme]
    assert contrast(PAIRS[HEAT_INK[level]][place], PAIRS[f"heat-{level}"][place]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
def test_the_heat_goes_one_way_in_lightness_so_that_it_holds_for_every_eye(theme: str) -> None:
    steps = [luminance(PAIRS[f"heat-{level}"][THEMES[theme]]) for level in HEAT_INK]
    assert steps == sorted(steps, reverse=theme == "light")
    assert all(contrast(one, other) >= 1.1 for one, other in zip(
        [PAIRS[f"heat-{level}"][THEMES[theme]] for level in range(1, 6)],
        [PAIRS[f"heat-{level}"][THEMES[theme]] for level in range(2, 7)],
        strict=True,
    ))  # fmt: skip
