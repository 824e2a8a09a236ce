"""Times and badges on pages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.template import Context, Template

from supportsaas.web.jinja_templates import badge

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_a_time_without_a_tenants_zone_shows_utc() -> None:
    template = Template("{% load presentation %}{% exact moment zone %}")
    assert ">31 Jan 2026, 08:00 UTC<" in template.render(Context({"moment": datetime(2026, 1, 31, 8, tzinfo=UTC)}))
    berlin = {"moment": datetime(2026, 1, 31, 8, tzinfo=UTC), "zone": ZoneInfo("Europe/Berlin")}
    assert ">31 Jan 2026, 09:00<" in template.render(Context(berlin))


def test_a_time_carries_the_exact_one_for_hover_and_programs() -> None:
    template = Template("{% load presentation %}{% exact moment zone %}{% ago nothing %}")
    html = template.render(Context({"moment": NOW, "zone": ZoneInfo("Asia/Tokyo"), "nothing": None}))
    assert html == (
        '<time datetime="2026-03-10T12:00:00Z" title="10 Mar 2026, 21:00:00 JST">10 Mar 2026, 21:00</time>–'
    )


def test_a_badge_escapes_a_helpdesks_status_names() -> None:
    assert badge("status", '"><b>') == '<span class="badge status--b-">&#34;&gt;&lt;b&gt;</span>'
    assert badge("status", "x hidden") == '<span class="badge status-x-hidden">X hidden</span>'
    assert badge("status", "in_progress") == '<span class="badge status-in-progress">In progress</span>'
