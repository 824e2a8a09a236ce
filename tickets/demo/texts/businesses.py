"""The four companies of the demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tickets.demo.texts.energy import ENERGY_TEXTS
from tickets.demo.texts.shop import SHOP_TEXTS
from tickets.demo.texts.software import SOFTWARE_TEXTS
from tickets.demo.texts.template import TemplatesByIntent
from tickets.demo.texts.travel import TRAVEL_TEXTS

# Relative traffic for each hour of the day, UTC.
OFFICE_HOURS: Final = (1, 1, 1, 1, 1, 2, 4, 9, 16, 20, 20, 18, 13, 16, 19, 18, 15, 10, 6, 4, 3, 2, 2, 1)
EVENING_HOURS: Final = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 14, 13, 13, 14, 15, 17, 20, 20, 18, 13, 8, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A type of company. `amounts` are the lowest and highest amount in units of `currency`; `ref` is a pattern with
    `#` for a digit and `?` for a letter; `sources` are the weights of email, chat, phone and web; `arrival_minutes` is
    the mean time between tickets in a busy hour; `zone`: where its agents work; `notes` are what they
    write for each other."""

    ref: str
    currency: str
    amounts: tuple[int, int]
    items: tuple[str, ...]
    places: tuple[str, ...]
    sources: tuple[int, int, int, int]
    hours: tuple[int, ...]
    weekend: float
    arrival_minutes: float
    zone: str
    templates: TemplatesByIntent
    notes: tuple[str, ...]


SHOP: Final = Business(
    ref="SO-#####",
    currency="£",
    amounts=(12, 420),
    items=(
        "espresso machine", "desk lamp", "cast iron pan", "standing desk", "kettle", "bookshelf", "air fryer",
        "linen duvet set", "garden bench", "coffee grinder", "wall clock", "vacuum cleaner", "bread maker",
        "bath mat", "floor mirror", "tool box", "set of six glasses", "knife block", "office chair",
    ),
    places=("Leeds", "Bristol", "Cardiff", "Norwich", "York", "Exeter", "Dundee", "Derry", "Bath", "Hull"),
    sources=(50, 25, 8, 17),
    hours=EVENING_HOURS,
    weekend=0.7,
    arrival_minutes=4,
    zone="Europe/Berlin",
    templates=SHOP_TEXTS,
    notes=(
        "Warehouse says that {ref} left on {day}. No scan since.",
        "Supplier has {n} of the {item} left. Next delivery in {month}.",
        "Customer bought for {amount} last month, too. Voucher is fine from my side.",
        "Courier in {place} confirms: driver was new, parcel is at the depot.",
    ),
)  # fmt: skip

SOFTWARE: Final = Business(
    ref="WS-####",
    currency="$",
    amounts=(49, 2400),
    items=(
        "CSV export", "time sheet view", "REST API", "calendar sync", "invoice designer", "mobile app",
        "single sign-on", "audit trail", "webhook delivery", "reporting page", "bulk import", "approval flow",
        "project board", "search", "user directory", "email digest", "currency table", "two-factor login",
    ),
    places=("Rotterdam", "Austin", "Dublin", "Oslo", "Toronto", "Zurich", "Melbourne", "Porto", "Gdansk"),
    sources=(45, 30, 3, 22),
    hours=OFFICE_HOURS,
    weekend=0.15,
    arrival_minutes=5,
    zone="America/New_York",
    templates=SOFTWARE_TEXTS,
    notes=(
        "Reproduced with the {item} in the test workspace. Passed on to development.",
        "{ref} is on the old plan, so the {item} has other limits there.",
        "Log of {ref}: {n} timeouts on {day}, none since.",
        "Same question as from {place} last week. Worth a page in the manual.",
    ),
)  # fmt: skip

TRAVEL: Final = Business(
    ref="??#?#?",
    currency="€",
    amounts=(180, 4600),
    items=(
        "rental car", "airport transfer", "island ferry", "city tour", "family room", "half board",
        "train connection", "extra luggage", "travel insurance", "boat trip", "late check-out", "cooking course",
    ),
    places=(
        "Lisbon", "Crete", "Reykjavik", "Marrakesh", "Madeira", "Naples", "Kyoto", "Tromso", "Split", "Sicily",
        "Porto", "Malta", "Seville", "Bergen", "Corfu",
    ),
    sources=(42, 18, 28, 12),
    hours=EVENING_HOURS,
    weekend=0.8,
    arrival_minutes=6,
    zone="Asia/Kolkata",
    templates=TRAVEL_TEXTS,
    notes=(
        "Hotel in {place} rang back: room is held until {day}.",
        "Airline wants {amount} for the change. Asked whether they waive it.",
        "{ref}: {n} travellers, paid in full in {month}.",
        "Our partner in {place} is closed on {day}. Try again the day after.",
    ),
)  # fmt: skip

ENERGY: Final = Business(
    ref="C-### ###",
    currency="£",
    amounts=(38, 960),
    items=("electricity meter", "water meter", "gas meter", "smart meter", "heat meter", "solar meter"),
    places=(
        "Mill Lane", "Station Road", "Quarry Hill", "Orchard Close", "Harbour Street", "Weaver's Row",
        "Chapel Rise", "Lower Green", "Bridge Terrace", "Beacon Way",
    ),
    sources=(30, 12, 45, 13),
    hours=OFFICE_HOURS,
    weekend=0.35,
    arrival_minutes=8,
    zone="UTC",
    templates=ENERGY_TEXTS,
    notes=(
        "Crew for {place} is booked for {day}.",
        "{ref}: last {n} readings are estimates. Asked the grid for the real ones.",
        "Account of {ref} shows {amount} in credit since {month}.",
        "Grid control sees nothing unusual in {place}.",
    ),
)  # fmt: skip

BUSINESSES: Final[Mapping[str, Business]] = {
    "tenant_a": SHOP, "tenant_b": SOFTWARE, "tenant_c": TRAVEL, "tenant_d": ENERGY,
}  # fmt: skip
