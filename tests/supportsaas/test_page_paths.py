"""Cached paths equal those of Django."""

from urllib.parse import unquote

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix
from hypothesis import given
from hypothesis import strategies as st

from supportsaas.web.page_paths import GAP, path_of, path_with_gap

ONE_LINE = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(ONE_LINE)
@pytest.mark.parametrize("slug", ["acme", "mind-gap-2"])
def test_a_filled_gap_is_what_django_writes(slug: str, part: str) -> None:
    path = path_with_gap("ticket", slug, GAP).filled(part)
    assert path == reverse("ticket", args=[slug, part])
    assert unquote(path) == f"/t/{slug}/tickets/{part}/"


def test_a_page_path_follows_the_path_the_site_is_mounted_at() -> None:
    assert path_of("overview") == "/"
    set_script_prefix("/support/")
    try:
        assert path_of("overview") == "/support/"
        assert path_with_gap("dashboard", GAP).filled("acme") == "/support/t/acme/"
    finally:
        set_script_prefix("/")


def test_an_unknown_page_name_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        path_of("nowhere")
