"""The many marks of charts and cells of tables, each kind written in one go.

Node by node in a template they would take longer than the database takes to count them.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from analytics.dashboard.charts import Segment, Tick
from analytics.dashboard.links import ChartFiles
from analytics.dashboard.table import Column, ShownCell, Table
from analytics.views.panels.backlog import Backlog
from analytics.views.panels.bars import BarRow
from analytics.views.panels.customers import CustomerRow
from analytics.views.panels.trend import AxisText, Trend
from analytics.views.panels.week import HeatRow
from supportsaas.formatting import format_count, format_number, format_percent
from supportsaas.templatetags.presentation import badge
from supportsaas.web.markup import written

register = template.Library()


@register.simple_tag
def bar_rows(rows: Iterable[BarRow], kind: str) -> SafeString:
    """An `<li>` a value: its name, its number, its share or what is said in place of it, and its bar."""
    return written(_bar_row(row, is_verdict=kind == "sentiment") for row in rows)


@register.simple_tag
def table_head(table: Table) -> SafeString:
    """The `<th>`s over a table's columns."""
    return written(f'<th scope="col"{_kind(each)}>{escape(each.name)}</th>' for each in table.columns)


@register.simple_tag
def csv_link(files: ChartFiles, name: str) -> SafeString:
    """The link to a chart's numbers as a file."""
    return written([f'<a href="{escape(files.csv(name))}" download>CSV</a>'])


@register.simple_tag
def table_rows(table: Table) -> SafeString:
    """The `<tr>`s of a table's body; the first cell of a row is its heading."""
    return written(
        f'<tr><th scope="row">{_linked(first.words, first.url)}</th>{"".join(map(_cell, rest))}</tr>'
        for first, *rest in table.shown
    )


@register.simple_tag
def heat_cells(row: HeatRow) -> SafeString:
    """The `<td>`s of one weekday, each with its warmth and what it counts: numbers, days and hours, nothing to escape."""
    return written(f'<td class="heat-{cell.level}" title="{cell.title}">{cell.words}</td>' for cell in row.cells)


@register.simple_tag
def tick_numbers(ticks: Iterable[Tick]) -> SafeString:
    """The numbers of an upright axis."""
    return written(
        f'<text x="38" y="{each.y}" dy="4" text-anchor="end">{format_number(each.value)}</text>' for each in ticks
    )


@register.simple_tag
def tick_lines(ticks: Iterable[Tick], *, base: bool = False) -> SafeString:
    """The lines across a chart; with `base` the one at 0 stands out."""
    return written(
        f'<line class="{"base-line" if base and not each.value else "grid-line"}" x1="0" x2="100%" '
        f'y1="{each.y}" y2="{each.y}"/>'
        for each in ticks
    )


@register.simple_tag
def axis_words(labels: Iterable[AxisText], y: int) -> SafeString:
    """What stands below a chart."""
    return written(
        f'<text class="{"minor" if each.place.is_minor else ""}" x="{each.place.x}%" y="{y}" text-anchor="middle">'
        f"{escape(each.words)}</text>"
        for each in labels
    )


@register.simple_tag
def customer_items(rows: Iterable[CustomerRow]) -> SafeString:
    """An `<li>` a customer at risk: the newest tickets, and what the score is made of."""
    return written(_customer_item(each) for each in rows)


@register.simple_tag
def trend_bars(trend: Trend) -> SafeString:
    """A `<g>` a bucket: its slot and the segments on it, each with what it counts and, where there are any, its list."""
    chart = trend.chart
    return written(
        _bar(is_under_way=bar.is_under_way)
        + _mark_link(_slot(bar.mark.slot_x, chart.slot, chart.height, bar.title), bar.url)
        + "".join(
            _mark_link(_rect(each.urgency, bar.mark.x, bar.mark.width, each.mark, each.title), each.url)
            for each in bar.segments
        )
        + "</g>"
        for bar in trend.bars
    )


@register.simple_tag
def backlog_days(backlog: Backlog) -> SafeString:
    """The slots over the line; the last has a dot, and a link where its tickets are open still."""
    chart, last = backlog.chart, len(backlog.slots) - 1
    return written(
        '<g class="bar">'
        + _mark_link(
            _slot(each.bar.slot_x, chart.slot, chart.height, each.title)
            + (f'<circle class="dot" cx="{each.line.x}%" cy="{each.line.y}" r="4"/>' if place == last else ""),
            each.url,
        )
        + "</g>"
        for place, each in enumerate(backlog.slots)
    )


@register.simple_tag
def backlog_flows(backlog: Backlog) -> SafeString:
    """What came above the middle and what went below it, a slot a day."""
    flow = backlog.flow
    return written(
        _bar(is_under_way=each.is_under_way)
        + _slot(each.bar.slot_x, flow.slot, flow.height, each.title)
        + (_rect("arrived", each.bar.x, each.bar.width, each.bar.up) if each.bar.up else "")
        + (_rect("settled", each.bar.x, each.bar.width, each.bar.down) if each.bar.down else "")
        + "</g>"
        for each in backlog.slots
    )


def _bar(*, is_under_way: bool) -> str:
    return f'<g class="bar{" so-far" if is_under_way else ""}">'


def _bar_row(row: BarRow, *, is_verdict: bool) -> str:
    name = badge("sentiment", row.value) if is_verdict else escape(row.name)
    colour = f" mark-{escape(row.value)}" if is_verdict else ""
    marks = (
        f'<span class="bar-name">{name}</span> <span class="bar-count">{format_number(row.count)}</span> '
        f'<span class="bar-share">{escape(row.note) if row.note else format_percent(row.share)}</span> '
        f'<svg class="bar-track{colour}" width="100%" height="6" aria-hidden="true">'
        f'<rect width="{row.width}%" height="6" rx="2"/></svg>'
    )
    if not row.url:
        return f'<li><div class="bar-row">{marks}</div></li>'
    return f'<li><a class="bar-row" href="{escape(row.url)}">{marks}</a></li>'


def _customer_item(row: CustomerRow) -> str:
    parts = ", ".join(
        f'<a href="{escape(each.url)}" title="{escape(each.title)}"><span class="count">{format_number(each.count)}</span> '
        f"{escape(each.words)}</a>"
        for each in row.parts
    )
    return (
        f'<li><div class="customer-line"><a class="customer-name" href="{escape(row.url)}">{escape(row.customer_id)}</a> '
        f'<span class="evidence">{", ".join(_linked(*each) for each in row.tickets)}</span></div> '
        f"<p><strong>{format_count(row.score, 'point')}</strong>: {parts}"
        f"{', none still open' if row.is_settled else ''}</p></li>"
    )


def _cell(cell: ShownCell) -> str:
    # A number is written by us and holds nothing to escape: most cells are numbers without a link.
    words = cell.words if cell.is_number else escape(cell.words)
    return f"<td{_kind(cell)}>{_link(words, cell.url) if cell.url else words}</td>"


def _kind(cell: ShownCell | Column) -> str:
    return ' class="number"' if cell.is_number else ""


def _linked(words: str, url: str) -> str:
    return _link(escape(words), url) if url else escape(words)


def _link(written: str, url: str) -> str:
    return f'<a href="{escape(url)}">{written}</a>'


def _mark_link(mark: str, url: str) -> str:
    """For the pointer: the table holds the same links for the keyboard."""
    return f'<a href="{escape(url)}" tabindex="-1">{mark}</a>' if url else mark


def _slot(x: float, width: float, height: int, title: str) -> str:
    return f'<rect class="slot" x="{x}%" y="0" width="{width}%" height="{height}"><title>{escape(title)}</title></rect>'


def _rect(kind: str, x: float, width: float, mark: Segment, title: str = "") -> str:
    named = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect class="mark-{kind}" x="{x}%" y="{mark.y}" width="{width}%" height="{mark.height}">{named}</rect>'
