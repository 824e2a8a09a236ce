"""What is out of the ordinary, in sentences whose numbers link to exactly the tickets that they count. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analytics.dashboard.links import TicketLinks
from analytics.dashboard.wording import change
from analytics.figures import FEWEST_FOR_RATIO
from analytics.insights.findings import Driver, Insights, Level, OngoingIncident, Unusual
from analytics.insights.rule import FEWEST_WEEKS, Measure
from supportsaas.formatting import format_count, format_label, format_number
from supportsaas.web.page_paths import path_of
from tickets.incidents.rule import WEEKS
from tickets.store.filters import TicketFilter

_CONDITIONS: Final[Mapping[Measure, Mapping[str, tuple[str, ...]]]] = {
    "high": {"urgency": ("high",)},
    "negative": {"sentiment": ("negative",)},
    "total": {},
}
_NOUNS: Final[Mapping[Measure, str]] = {
    "high": "high-urgency ticket",
    "negative": "negative ticket",
    "total": "new ticket",
}
_SHORT: Final[Mapping[Measure, str]] = {"high": "high urgency", "negative": "negative", "total": "new tickets"}
_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

LEVEL_NAMES: Final[Mapping[Level, str]] = {"critical": "Critical", "elevated": "Elevated", "normal": "Normal"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence, with the address of the list of the tickets that it is about. `is_name`: given by people."""

    text: str
    url: str = ""
    is_name: bool = False


Sentence = tuple[Part, ...]


def sentences(found: Insights, zone: ZoneInfo) -> list[Sentence]:
    """The most important first. None if nothing is out of the ordinary."""
    links = TicketLinks(found.tenant_id, TicketFilter())
    said = [_incident(found.tenant_id, each) for each in found.incidents]
    if found.unusual:
        said.append(tuple(_unusual(found, links, zone)))
    if level := tuple(_level_facts(found, links)):
        said.append(level)
    return said


def plain(sentence: Sentence) -> str:
    """As text, for mails and explanations."""
    return "".join(each.text for each in sentence)


def with_addresses(sentence: Sentence, public_url: str) -> Sentence:
    """With whole addresses instead of paths."""
    return tuple(replace(each, url=f"{public_url}{each.url}") if each.url else each for each in sentence)


def compared_with(found: Insights) -> str:
    """What numbers were compared with, if that is less than all weeks; else nothing."""
    if found.weeks_known >= WEEKS:
        return ""
    if found.weeks_known < FEWEST_WEEKS:
        return "There are too few weeks of tickets to say what is usual."
    return f"Compared with {format_count(found.weeks_known, 'week')}, because there are no earlier tickets."


def _incident(tenant_id: str, incident: OngoingIncident) -> Sentence:
    tickets = f"{path_of('ticket-list', tenant_id)}?{TicketFilter(incident=str(incident.number)).query()}"
    return (
        Part("Incident under way: "),
        Part(incident.name, path_of("incident", tenant_id, str(incident.number)), is_name=True),
        Part(", "),
        Part(format_count(incident.tickets, "ticket"), tickets),
        Part(f" from {format_count(incident.customers, 'customer')}."),
    )


def _unusual(found: Insights, links: TicketLinks, zone: ZoneInfo) -> Iterator[Part]:
    first, *others = found.unusual
    yield Part(format_count(first.observed, _NOUNS[first.measure]), _link(first, links))
    yield Part(f" {_when(first, zone)}, {_usually(first)}")
    yield from _driven_by(first, links)
    for each in others:
        yield Part("; also ")
        yield Part(f"{format_number(each.observed)} {_SHORT[each.measure]}", _link(each, links))
        yield Part(
            f" {_when(each, zone)} (usually {_about(each.usual)})"
            if each.window != first.window
            else f" (usually {_about(each.usual)})"
        )
    yield Part(".")


def _link(found: Unusual, links: TicketLinks) -> str:
    return links.within(found.period, **_CONDITIONS[found.measure])


def _when(found: Unusual, zone: ZoneInfo) -> str:
    if found.window == "day":
        return f"in the 24 h to {found.period.end.astimezone(zone):%H:%M}"
    last = (found.period.end - timedelta(hours=1)).astimezone(zone)
    return f"in the 7 days to {last:%a %-d %b}"


def _usually(found: Unusual) -> str:
    """“usually 47 (+49%)”, “usually 2 in 5 earlier weeks”."""
    weeks = f" in {found.weeks} earlier weeks" if found.weeks < WEEKS else ""
    if found.usual < FEWEST_FOR_RATIO:
        return f"usually {_about(found.usual)}{weeks}"
    return f"usually {_about(found.usual)}{weeks} ({change(found.observed, round(found.usual)).text})"


def _about(usual: float) -> str:
    if usual < 0.5:
        return "none"
    return format_number(round(usual))


def _driven_by(found: Unusual, links: TicketLinks) -> Iterator[Part]:
    said: list[list[Part]] = [_driver(found, each, links) for each in found.drivers]
    if found.driving:
        said.append([Part(f"{_word(found.driving)} {'customer' if found.driving == 1 else 'customers'}")])
    for place, parts in enumerate(said):
        yield Part(", driven by " if place == 0 else " and " if place == len(said) - 1 else ", ")
        yield from parts


def _driver(found: Unusual, driver: Driver, links: TicketLinks) -> list[Part]:
    url = links.within(found.period, **{**_CONDITIONS[found.measure], driver.kind: (driver.value,)})
    before = {"topic": "", "source": "", "team": "the team "}[driver.kind]
    name = format_label(driver.name) if driver.kind == "source" else driver.name
    return [
        *([Part(before)] if before else []),
        Part(name, url, is_name=True),
        Part(f" ({format_number(driver.count)}, usually {_about(driver.usual)})"),
    ]


def _level_facts(found: Insights, links: TicketLinks) -> Iterator[Part]:
    if found.urgent_waiting:
        url = links.tickets(state=("open",), urgency=("high",), created_to=found.waiting_since)
        yield Part(f"{format_count(found.urgent_waiting, 'urgent ticket')}", url)
        yield Part(" open for over 24 h")
    if found.past_due:
        if found.urgent_waiting:
            yield Part("; ")
        yield Part(format_number(found.past_due), links.tickets(due=("breached",)))
        yield Part(" past due")
    if found.urgent_waiting or found.past_due:
        yield Part(".")


def _word(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else format_number(number)
