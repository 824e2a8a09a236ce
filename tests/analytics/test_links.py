"""The links of a dashboard are written quickly, and read back as what they say."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from analytics.dashboard.links import ChartFiles, TicketLinks
from tickets.records.facets import SENTIMENTS, URGENCIES
from tickets.records.statuses import STATES
from tickets.store.filters import TicketFilter

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.lists(st.sampled_from(STATES), unique=True).map(tuple),
        "status": st.lists(WORDS, max_size=3, unique=True).map(tuple),
        "source": st.lists(WORDS, max_size=3, unique=True).map(tuple),
        "urgency": st.lists(st.sampled_from(URGENCIES), unique=True).map(tuple),
        "sentiment": st.lists(st.sampled_from(SENTIMENTS), unique=True).map(tuple),
        "requires_action": st.booleans() | st.none(),
        "customer_id": WORDS | st.none(),
        "keyword": WORDS | st.none(),
        "topic": st.lists(WORDS, max_size=3, unique=True).map(tuple),
        "created_from": MOMENTS.map(lambda moment: moment.replace(year=1999, day=1)) | st.none(),
        "created_to": MOMENTS | st.none(),
    },
)


@given(CONDITIONS, CONDITIONS)
def test_conditions_of_a_link_replace_those_of_its_base(base: dict[str, object], conditions: dict[str, object]) -> None:
    url = TicketLinks("acme", TicketFilter(**base)).tickets(**conditions)  # type: ignore[arg-type]
    wanted = TicketFilter(**{**base, **conditions})  # type: ignore[arg-type]
    counted = ["count=all"] if wanted.keyword or wanted.customer_id or wanted.topic else []
    assert url == f"/t/acme/tickets/?{'&'.join(filter(None, [wanted.query(), *counted]))}"
    read = TicketFilter.parse(parse_qs(urlsplit(url).query, keep_blank_values=True), zone=ZoneInfo("UTC"))
    assert read == wanted


@given(WORDS.filter(lambda text: "\n" not in text))  # an id is one line
def test_pages_and_exports_have_the_urls_that_django_writes(name: str) -> None:
    links = TicketLinks("acme", TicketFilter())
    assert links.customer(name) == reverse("customer", args=["acme", name])
    assert links.ticket(name) == reverse("ticket", args=["acme", name])
    assert (
        ChartFiles("acme", "period=7d").csv("week-hours")
        == f"{reverse('chart-export', args=['acme', 'week-hours', 'csv'])}?period=7d"
    )
