"""The panels and tables of the dashboard: the same numbers, each with the list of exactly what it counts."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from analytics.dashboard.clock_panels import ClockPanel, first_reply_panel, resolution_panel
from analytics.dashboard.context import DashboardContext, backlog_in
from analytics.dashboard.links import ChartFiles
from analytics.dashboard.table import Cell, Column, Table
from analytics.dashboard.tables import TABLES, dashboard_tables
from analytics.dashboard.topics import most_frequent, rising
from analytics.dashboard.wording import Change
from analytics.figures import BacklogPoint, ClockFigures, Flow, TrendPoint
from analytics.views.panels.axis import axis_texts, weekends
from analytics.views.panels.backlog import backlog
from analytics.views.panels.bars import bar_list, rising_list
from analytics.views.panels.customers import customer_panel
from analytics.views.panels.tiles import Tile, tiles
from analytics.views.panels.trend import trend
from analytics.views.panels.week import heat_map
from supportsaas.web.jinja_templates import render_part
from tests.analytics.made_figures import DAY, EMPTY, context_of, figures_of, took
from tests.builders import NOON
from tickets.records.buckets import Unit, buckets_of
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.topics.store import ListedTopic

CONTEXT = context_of()
FIGURES = figures_of(CONTEXT)
LINKS = CONTEXT.links
TABLES_OF = dashboard_tables(FIGURES, CONTEXT)


def narrowed(url: str, context: DashboardContext = CONTEXT) -> TicketFilter:
    """What a link's list shows, as the list itself reads the address."""
    parts = urlsplit(url)
    assert parts.path == "/t/acme/tickets/"
    return TicketFilter.parse(parse_qs(parts.query), zone=context.zone)


def column(name: str, key: str) -> list[Cell]:
    table = TABLES_OF[name]
    place = [each.key for each in table.columns].index(key)
    return [row[place] for row in table.rows]


def values(name: str, key: str) -> list[object]:
    return [cell.value for cell in column(name, key)]


class TestTables:
    def test_every_table_has_a_title_and_its_name(self) -> None:
        assert [table.name for table in TABLES_OF.values()] == list(TABLES)
        assert all(table.title and table.rows for table in TABLES_OF.values())

    def test_each_row_has_a_cell_for_each_column_and_no_two_columns_share_a_key(self) -> None:
        for table in TABLES_OF.values():
            assert {len(row) for row in table.rows} == {len(table.columns)}
            assert len({each.key for each in table.columns}) == len(table.columns)

    def test_tables_without_tickets_have_columns_but_no_numbers(self) -> None:
        for name, table in dashboard_tables(EMPTY, replace(CONTEXT, risky=())).items():
            assert table.columns
            assert not table.rows or name in ("totals", "trend")
            counts = [place for place, each in enumerate(table.columns) if each.kind == "count"]
            assert all(not row[place].value for row in table.rows for place in counts)

    def test_every_linked_number_stays_within_the_sources_of_the_page(self) -> None:
        linked = [cell.url for table in TABLES_OF.values() for row in table.rows for cell in row if cell.url]
        lists = [url for url in linked if url.startswith("/t/acme/tickets/")]
        assert len(lists) > 40
        assert {narrowed(url).source for url in lists} == {("email",)}

    def test_a_count_of_zero_has_no_link(self) -> None:
        found = [cell for table in TABLES_OF.values() for row in table.rows for cell in row if cell.value == 0]
        assert len(found) > 5
        assert not any(cell.url for cell in found)

    def test_a_cell_shows_its_text_or_else_its_number(self) -> None:
        columns = (Column("a", "A"), Column("b", "B", "count"), Column("c", "C", "share"), Column("d", "D", "seconds"))
        row = (Cell("in_progress", "In progress"), Cell(1234, url="/x"), Cell(0.123), Cell(None))
        table = Table("t", "T", columns, (row,))
        assert [cell.text for shown in table.shown for cell in shown] == ["In progress", "1,234", "12.3%", "–"]
        assert list(table.values) == [("in_progress", 1234, 0.123, None)]


def words_of(tile: Tile) -> str:
    assert tile.change is not None
    return tile.change.text


class TestTiles:
    def test_a_tile_has_a_number_its_share_and_its_change(self) -> None:
        total, still_open, high, negative, action = tiles(FIGURES, CONTEXT, TABLES_OF)
        assert (total.count, total.share, words_of(total)) == (1200, None, "+20%")
        assert (still_open.count, still_open.share, still_open.change) == (300, 0.25, None)
        assert high.change and (high.change.text, high.change.direction) == ("+90", "up")
        assert words_of(negative) == "no change"
        assert (words_of(action), action.before) == ("-20%", 500)
        assert narrowed(still_open.url).state == ("open",)
        before = narrowed(action.before_url)
        assert (before.created_from, before.created_to) == (CONTEXT.comparison.start, CONTEXT.comparison.end)


class TestNoEarlierData:
    """Where the tenant's first ticket lies inside the period before, nothing is compared."""

    FIGURES = replace(FIGURES, has_earlier_data=False)

    def test_without_earlier_data_tiles_and_tables_have_no_change(self) -> None:
        tables = dashboard_tables(self.FIGURES, CONTEXT)
        assert [(tile.change, tile.before) for tile in tiles(self.FIGURES, CONTEXT, tables)] == [(None, None)] * 5
        assert {row[3].value for row in tables["totals"].rows} == {None}
        assert {row[3].text for row in tables["totals"].rows} == {"no earlier data"}
        assert tables["rising"].rows == tables["rising-topics"].rows == ()
        assert [row[0].value for row in tables["resolution"].rows] == ["This period"]


class TestTrend:
    def test_every_segment_of_the_trend_is_a_cell_of_its_table(self) -> None:
        rows = TABLES_OF["trend"].rows
        shown = trend(FIGURES, CONTEXT, TABLES_OF)
        assert len(shown.bars) == len(rows) == 7
        for bar, (_, total, *urgencies) in zip(shown.bars, rows, strict=True):
            assert bar.url == total.url
            assert [(each.mark.value, each.url) for each in bar.segments] == [
                (cell.value, cell.url) for cell in urgencies[:3] if cell.value
            ]

    def test_a_segment_opens_the_list_of_its_bucket_and_urgency(self) -> None:
        segment = trend(FIGURES, CONTEXT, TABLES_OF).bars[2].segments[1]
        found = narrowed(segment.url)
        assert segment.mark.value == 240
        assert (found.created_from, found.created_to) == (CONTEXT.buckets.edges[2], CONTEXT.buckets.edges[3])
        assert found.urgency == ("medium",)


class TestPreviousPeriod:
    """Each bucket is compared with its own bucket of the previous period."""

    FIGURES = replace(FIGURES, previous_trend=(TrendPoint(position=2, total=500, high=80, medium=220, low=200),))
    TABLE = dashboard_tables(FIGURES, CONTEXT)["trend"]

    def test_a_row_has_what_it_is_compared_with_and_the_change(self) -> None:
        keys = [each.key for each in self.TABLE.columns]
        assert [each.before for each in self.TABLE.columns[1:5]] == keys[6:]
        row = dict(zip(keys, self.TABLE.rows[2], strict=True))
        assert row["before_from"].text == "Fri 27 Feb 2026"
        was = {key: (row[key].value, row[key].change, row[key].tone) for key in keys[6:]}
        assert was == {
            "tickets_before": (500, Change("+60%", "up"), "worse"),
            "high_before": (80, Change("-25%", "down"), "better"),
            "medium_before": (220, Change("+9%", "up"), ""),
            "low_before": (200, Change("+150%", "up"), ""),
        }
        found = narrowed(row["medium_before"].url)
        assert (found.urgency, found.created_from) == (("medium",), datetime(2026, 2, 27, tzinfo=CONTEXT.zone))
        assert row["tickets_before"].url and not self.TABLE.rows[0][keys.index("tickets_before")].url

    def test_the_last_bucket_is_compared_with_the_same_part(self) -> None:
        assert self.TABLE.rows[6][5].text == "part of Tue 3 Mar 2026"

    def test_the_line_has_a_point_for_each_bucket_on_the_scale_of_the_bars(self) -> None:
        shown = trend(self.FIGURES, CONTEXT, dashboard_tables(self.FIGURES, CONTEXT))
        points = [point.split(",") for point in shown.chart.before.split()]
        assert [float(x) for x, _ in points] == pytest.approx([100 / 14 * (2 * n + 1) for n in range(7)], abs=0.001)
        assert [float(y) for _, y in points] == pytest.approx(
            [220, 220, 220 - 210 * 500 / 800, 220, 220, 220, 220], abs=0.01
        )

    def test_without_earlier_data_there_is_no_line_and_nothing_to_compare_with(self) -> None:
        figures = replace(self.FIGURES, has_earlier_data=False)
        tables = dashboard_tables(figures, CONTEXT)
        assert trend(figures, CONTEXT, tables).chart.before == ""
        assert [each.key for each in tables["trend"].columns] == ["from", "tickets", "high", "medium", "low"]
        assert not any(each.before for each in tables["trend"].columns)

    def test_a_row_leads_to_the_dashboard_of_its_bucket_alone(self) -> None:
        place = urlsplit(self.TABLE.rows[2][0].url)
        assert (place.path, place.query) == ("/t/acme/", "period=custom&from=2026-03-06&to=2026-03-06&source=email")
        assert self.TABLE.spans[2] == ("2026-03-06", "2026-03-06")

    def test_opened_and_resolved_have_the_previous_period_too(self) -> None:
        figures = replace(self.FIGURES, previous_flows=(Flow(2, opened=40, resolved=5),))
        table = dashboard_tables(figures, CONTEXT)["backlog"]
        row = dict(zip((each.key for each in table.columns), table.rows[2], strict=True))
        assert {each.key: each.before for each in table.columns if each.before} == {
            "arrived": "arrived_before",
            "settled": "settled_before",
        }
        assert row["before_from"].text == "Fri 27 Feb 2026"
        opened, resolved = row["arrived_before"], row["settled_before"]
        assert (opened.value, opened.change, opened.tone) == (40, Change("-70%", "down"), "better")
        assert (resolved.value, resolved.change, resolved.tone) == (5, Change("+4", "up"), "better")


class TestAxis:
    def test_a_year_of_weeks_names_its_months(self) -> None:
        context = context_of("365d")
        texts = axis_texts(context.buckets, context)
        names = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        assert [each.text for each in texts] == [*names, "Jan 2026", "Feb", "Mar"]
        assert not texts[0].place.is_minor

    def test_days_have_their_weekends_behind_them_and_hours_have_none(self) -> None:
        thirty = context_of("30d")  # 9 Feb, a Monday, to 10 March
        bands = weekends(thirty.buckets, thirty)
        assert [round(each.x * 30 / 100) for each in bands] == [5, 12, 19, 26]
        assert {round(each.width * 30 / 100) for each in bands} == {2}
        day = context_of("24h")
        assert weekends(day.buckets, day) == ()


class TestUnfinished:
    """A day or hour that is not over is drawn apart and says so."""

    def test_only_the_bucket_that_is_not_over_says_so_far(self) -> None:
        shown = trend(FIGURES, CONTEXT, TABLES_OF)
        assert [bar.is_under_way for bar in shown.bars] == [False] * 6 + [True]
        assert [", so far" in row[0].text for row in TABLES_OF["trend"].rows] == [False] * 6 + [True]
        most_today = replace(FIGURES, trend=(TrendPoint(position=6, total=9),))
        shown_today = trend(most_today, CONTEXT, dashboard_tables(most_today, CONTEXT))
        assert shown_today.summary.endswith("Peak: 9, Tue 10 Mar 2026, so far.")
        around = {"urgencies": (), "tables": TABLES_OF, "files": ChartFiles("acme", "")}
        around |= {"marks": (), "can_run": False, "moments_url": ""}
        html = render_part("analytics/_trend.jinja", {"trend": shown, **around})
        assert html.count('<g class="bar so-far">') == 1
        assert html.index('<g class="bar so-far">') == html.rindex('<g class="bar')

    def test_a_period_that_is_over_never_says_so_far(self) -> None:
        period = Period(NOON - 14 * DAY, NOON - 7 * DAY)
        context = replace(CONTEXT, buckets=buckets_of(period, CONTEXT.zone))
        tables = dashboard_tables(EMPTY, context)
        assert not any(bar.is_under_way for bar in trend(EMPTY, context, tables).bars)
        assert all(not tile.sparkline or not tile.sparkline.so_far for tile in tiles(FIGURES, context, tables))

    def test_the_backlog_draws_today_differently(self) -> None:
        found = backlog(FIGURES, CONTEXT, TABLES_OF)
        assert found is not None and [each.is_under_way for each in found.slots] == [False] * 6 + [True]

    def test_the_last_section_of_a_sparkline_is_drawn_differently(self) -> None:
        line = tiles(FIGURES, CONTEXT, TABLES_OF)[0].sparkline
        assert line is not None
        assert len(line.line.split()) == 6 and len(line.so_far.split()) == 2
        assert line.line.split()[-1] == line.so_far.split()[0]

    def test_future_days_are_not_drawn_as_a_drop_to_zero(self) -> None:
        period = Period(NOON - 2 * DAY, NOON + 5 * DAY)
        context = replace(CONTEXT, buckets=buckets_of(period, CONTEXT.zone))
        line = tiles(FIGURES, context, dashboard_tables(FIGURES, context))[0].sparkline
        assert (
            line is not None and len(line.line.split()) + len(line.so_far.split()) == 4
        )  # three days, one point twice


class TestBars:
    def test_bars_have_the_rows_of_their_table(self) -> None:
        rows = bar_list(TABLES_OF["status"]).rows
        assert [(row.name, row.count, row.share, row.width) for row in rows] == [
            ("Closed", 900, 0.75, 100),
            ("In progress", 300, 0.25, 33.33),
        ]
        assert narrowed(rows[1].url).status == ("in_progress",)

    def test_more_than_ten_values_are_collapsed(self) -> None:
        found = bar_list(TABLES_OF["status"], shown=1)
        assert [len(found.rows), len(found.more)] == [1, 1]

    def test_the_share_of_a_keyword_is_of_all_tickets(self) -> None:
        row = bar_list(TABLES_OF["keywords"]).rows[1]
        assert (row.count, row.share) == (90, 0.075)
        assert narrowed(row.url).keyword == "refund"

    def test_the_share_of_a_topic_is_of_all_tickets(self) -> None:
        row = bar_list(TABLES_OF["topics"]).rows[0]
        assert (row.name, row.count, row.share) == ("No water", 1004, 0.836667)
        assert narrowed(row.url).topic == ("t3",)

    def test_rising_topics_show_their_growth_the_number_before_and_their_customers(self) -> None:
        rows = rising_list(rising(FIGURES, CONTEXT.topics), TABLES_OF["rising-topics"]).rows
        assert [row.name for row in rows] == ["Broken on arrival", "Late refund", "No water"]
        assert [row.note for row in rows] == [
            "×3.2, 40 before, 77 customers",
            "+90, none before, 9 customers",
            "+0.4%, 1,000 before, 1,000+ customers",
        ]
        assert [row.width for row in rows] == [97.78, 100, 4.44]
        assert values("rising-topics", "lift") == [3.2, None, 1.004]
        assert values("rising-topics", "customers") == [77, 9, 1000]

    def test_hidden_topics_are_left_out_and_new_ones_do_not_rise_before_they_are_counted(self) -> None:
        listed = (ListedTopic("t1", "Broken on arrival", True), ListedTopic("t3", "No water", False))
        assert [topic.id for topic, _ in most_frequent(FIGURES, listed)] == ["t3", "t1"]
        assert [topic.id for topic, _ in rising(FIGURES, listed)] == ["t1"]

    def test_numbers_of_the_previous_period_open_that_period(self) -> None:
        before = narrowed(column("rising-topics", "before")[0].url)
        assert (before.created_from, before.created_to) == (CONTEXT.comparison.start, CONTEXT.comparison.end)

    def test_customers_with_the_most_tickets_open_all_of_them_and_each_part(self) -> None:
        row = bar_list(TABLES_OF["customers"]).rows[0]
        found = narrowed(row.url)
        assert (row.name, row.count, row.share) == ("bob", 240, 0.2)
        assert (found.customer_id, found.created_from) == ("bob", CONTEXT.buckets.period.start)
        assert narrowed(column("customers", "high")[0].url).urgency == ("high",)
        assert narrowed(column("customers", "open")[0].url).state == ("open",)

    def test_an_age_opens_the_open_tickets_created_then_whatever_the_period(self) -> None:
        young, none, old = bar_list(TABLES_OF["ages"]).rows
        found = narrowed(young.url)
        assert (found.state, found.created_from, found.created_to) == (("open",), CONTEXT.now - DAY, CONTEXT.now)
        assert (narrowed(old.url).created_from, narrowed(old.url).created_to) == (None, CONTEXT.now - 7 * DAY)
        assert (none.url, old.share) == ("", 0.75)


class TestCustomersAtRisk:
    def test_the_panel_has_the_risk_of_the_customers_pages_and_opens_them(self) -> None:
        found = customer_panel(CONTEXT, "acme")
        assert [(row.customer.title, row.customer.risk, row.url) for row in found.rows] == [
            ("Bob Ray", 64, "/t/acme/customers/bob/"),
            ("ann", 12, "/t/acme/customers/ann/"),
        ]
        assert found.all_url == "/t/acme/customers/"

    def test_the_table_has_the_same_customers_with_their_reasons(self) -> None:
        assert values("customers-at-risk", "customer_id") == ["bob", "ann"]
        assert values("customers-at-risk", "risk") == [64, 12]
        assert [cell.text for cell in column("customers-at-risk", "change")] == ["+20", "new"]
        assert values("customers-at-risk", "reasons")[0] == "7 tickets in 30 days"


class TestBacklog:
    def test_the_backlog_shows_the_numbers_of_its_table(self) -> None:
        found = backlog(FIGURES, CONTEXT, TABLES_OF)
        assert found is not None
        assert [slot.line.value for slot in found.slots] == values("backlog", "open")
        assert [slot.bar.up.value for slot in found.slots if slot.bar.up] == values("backlog", "arrived")
        assert [slot.bar.down.value for slot in found.slots if slot.bar.down] == values("backlog", "settled")
        assert (found.open, found.opened, found.resolved, found.since) == (68, 91, 70, "4 Mar")

    def test_only_todays_backlog_links_to_a_list(self) -> None:
        *past, last = column("backlog", "open")
        assert not any(cell.url for cell in past)
        found = narrowed(last.url)
        assert (found.state, found.created_from, found.created_to) == (("open",), None, None)

    def test_the_backlog_is_compared_with_what_was_open_before_the_first_day(self) -> None:
        found = backlog(FIGURES, CONTEXT, TABLES_OF)
        assert found is not None
        assert found.change.text == "+45%"  # 68 against 50 - 10 + 7

    def test_the_backlog_of_a_past_period_has_no_link(self) -> None:
        later = replace(CONTEXT, now=CONTEXT.buckets.period.end + DAY)
        found = backlog(FIGURES, later, dashboard_tables(FIGURES, later))
        assert found is not None
        assert found.open_url == ""

    @pytest.mark.parametrize(("name", "unit", "slots"), [("24h", "day", 2), ("30d", "day", 30), ("365d", "week", 53)])
    def test_the_backlog_has_the_buckets_of_the_trend(self, name: str, unit: str, slots: int) -> None:
        context = context_of(name)
        figures = figures_of(context)
        found = backlog(figures, context, dashboard_tables(figures, context))
        assert found is not None
        assert (found.unit, len(found.slots)) == (unit, slots)
        assert found.open == figures.backlog[-1].open
        assert found.opened == sum(point.opened for point in figures.backlog)
        assert found.resolved == sum(point.resolved for point in figures.backlog)

    def test_a_missing_day_keeps_the_backlog_of_the_day_before(self) -> None:
        points = (FIGURES.backlog[0], FIGURES.backlog[2])
        assert [(point.open, point.opened) for point in backlog_in(CONTEXT.days, points)] == [
            (50, 10),
            (50, 0),
            (56, 12),
        ]

    def test_days_with_a_daylight_saving_change_end_at_midnight(self) -> None:
        context = context_of(now=CONTEXT.now + timedelta(days=20))  # over the 29th of March, a day of 23 hours
        days = buckets_of(context.buckets.period, context.zone, Unit.DAY)
        points = tuple(
            BacklogPoint(start=days.edges[n], end=days.edges[n + 1], open=n, opened=1, resolved=0)
            for n in range(len(days))
        )
        assert {days.edges[n + 1] - days.edges[n] for n in range(len(days))} == {DAY, DAY - timedelta(hours=1)}
        assert backlog_in(days, points) == list(points)

    def test_the_backlog_is_not_shown_without_any_day(self) -> None:
        assert backlog(EMPTY, CONTEXT, dashboard_tables(EMPTY, CONTEXT)) is None


class TestHeatMap:
    def test_each_cell_of_the_heat_map_says_what_it_counts(self) -> None:
        found = heat_map(FIGURES, CONTEXT, TABLES_OF)
        assert found is not None
        assert found.rows[6].cells[23].title == "Sunday 23:00–00:00: 138 tickets"
        assert (found.rows[6].cells[23].level, found.rows[0].cells[5].level) == (6, 0)
        assert [row.total for row in found.rows] == values("week-hours", "all")
        assert found.summary == "Busiest hour: Sunday 23:00–00:00: 138 tickets."

    def test_the_color_scale_covers_every_cell(self) -> None:
        found = heat_map(FIGURES, CONTEXT, TABLES_OF)
        assert found is not None
        assert [level for level, _ in found.levels] == [1, 2, 3, 4, 5, 6]
        assert found.levels[0][1].startswith("1–")
        assert found.levels[-1][1].endswith("–138")

    def test_large_numbers_fit_their_cells(self) -> None:
        counts = (999, 1_000, 1_249, 45_400, 999_499, 1_500_000, *([0] * 162))
        figures = replace(FIGURES, week_hours=counts)
        found = heat_map(figures, CONTEXT, dashboard_tables(figures, CONTEXT))
        assert found is not None
        assert [cell.text for cell in found.rows[0].cells[:7]] == ["999", "1.0k", "1.2k", "45k", "999k", "1.5M", "0"]
        assert found.rows[0].cells[1].title == "Monday 01:00–02:00: 1,000 tickets"

    def test_a_period_shorter_than_a_week_has_no_heat_map(self) -> None:
        context = context_of("24h")
        assert heat_map(FIGURES, context, dashboard_tables(FIGURES, context)) is None
        assert heat_map(EMPTY, CONTEXT, dashboard_tables(EMPTY, CONTEXT)) is None


def said(panel: ClockPanel | None) -> list[tuple[str, str, str, str, str]]:
    """Name, number, change, number before, and the note of each fact."""
    assert panel is not None
    return [
        (each.name, each.text, each.change.text if each.change else "", each.before, each.beside)
        for each in panel.facts
    ]


class TestResponseTimes:
    def test_first_replies_are_in_business_hours_with_calendar_time_beside(self) -> None:
        panel = first_reply_panel(FIGURES, LINKS)
        assert said(panel) == [
            ("First replies", "200", "+100%", "100", ""),
            ("Median time", "10 min", "+22%", "8.3 min", "in business hours; 15 min in all"),
            ("90th percentile", "2.5 h", "×18", "8.3 min", "in business hours; 11 h in all"),
            ("Targets met", "91.0%", "+14%", "80.0%", "18 of 200 breached"),
        ]
        assert panel is not None and panel.unknown == "7 tickets not included: first reply unknown."

    def test_a_number_leads_to_its_list_only_if_the_list_has_exactly_its_tickets(self) -> None:
        panel = first_reply_panel(FIGURES, LINKS)
        assert panel is not None
        *others, targets = panel.facts
        assert {each.url for each in others} == {""}, "the list has those with an unknown time too"
        found = narrowed(targets.beside_url)
        period = CONTEXT.buckets.period
        assert (found.clock, found.met, found.source) == ("first_reply", False, ("email",))
        assert (found.stopped_from, found.stopped_to, found.created_from) == (period.start, period.end, None)
        assert (narrowed(panel.all_url).clock, narrowed(panel.all_url).met, panel.stopped) == ("first_reply", None, 207)
        all_known = resolution_panel(replace(FIGURES, clocks=FIGURES.previous_clocks), LINKS)
        assert all_known is not None
        assert narrowed(all_known.facts[0].url).clock == "resolution"

    def test_slower_replies_and_fewer_targets_met_are_worse(self) -> None:
        panel, before = first_reply_panel(FIGURES, LINKS), replace(FIGURES, clocks=FIGURES.previous_clocks)
        assert panel is not None
        assert [each.tone for each in panel.facts] == ["", "worse", "worse", "better"]
        turned = first_reply_panel(replace(before, previous_clocks=FIGURES.clocks), LINKS)
        assert turned is not None
        assert [each.tone for each in turned.facts] == ["", "better", "better", "worse"]

    def test_resolutions_are_in_calendar_time_without_business_hours(self) -> None:
        panel = resolution_panel(FIGURES, LINKS)
        assert said(panel) == [
            ("Resolved", "212", "+100%", "106", ""),
            ("Median time", "6 h", "-24%", "7.9 h", ""),
            ("90th percentile", "2.3 days", "+611%", "7.9 h", ""),
            ("Targets met", "–", "", "", "no target applied"),
            ("Reopened", "4", "+4", "", ""),
        ]
        assert panel is not None and panel.unknown == "3 resolved tickets not included: closing time unknown."

    def test_nothing_is_shown_if_nothing_was_answered_or_closed(self) -> None:
        assert first_reply_panel(EMPTY, LINKS) is None
        assert resolution_panel(EMPTY, LINKS) is None

    def test_a_ratio_of_times_needs_twenty_before(self) -> None:
        few = {"resolution": ClockFigures(calendar=took((8 * 3600, 19)))}
        facts = said(resolution_panel(replace(FIGURES, previous_clocks=few), LINKS))
        assert [change for _, _, change, _, _ in facts] == ["+193", "", "", "", "+4"]

    def test_without_earlier_data_nothing_is_compared(self) -> None:
        for panel in (first_reply_panel, resolution_panel):
            facts = said(panel(replace(FIGURES, has_earlier_data=False), LINKS))
            assert {(change, before) for _, _, change, before, _ in facts} == {("", "")}

    def test_the_resolution_is_shown_if_something_was_closed_before(self) -> None:
        resolved, median, *_ = said(resolution_panel(replace(FIGURES, clocks={}), LINKS))
        assert (resolved[1], median[1], median[3]) == ("0", "–", "7.9 h")

    def test_breaches_without_a_reply_are_shown_though_no_time_is_known(self) -> None:
        only = {"first_reply": ClockFigures(breached=3, never=3)}
        facts = said(first_reply_panel(replace(EMPTY, clocks=only), LINKS))
        assert facts[-1][:2] == ("Targets met", "0.0%")
