"""Phrases of the demo helpdesk: what the customers of four businesses write. Data only.

A template is a subject (alternatives separated by ` | `) and a body; both may contain the slots
`{ref} {item} {other} {place} {amount} {day} {when} {n} {month}`, filled by `tickets.demo.composing`. Words that make a
ticket urgent appear only under "urgent", except for a few negated ones ("not urgent").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Mood = Literal["urgent", "annoyed", "neutral", "grateful"]
Templates = tuple[tuple[str, str], ...]

# Relative traffic for each hour of the day, UTC.
OFFICE_HOURS: Final = (1, 1, 1, 1, 1, 2, 4, 9, 16, 20, 20, 18, 13, 16, 19, 18, 15, 10, 6, 4, 3, 2, 2, 1)
EVENING_HOURS: Final = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 14, 13, 13, 14, 15, 17, 20, 20, 18, 13, 8, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A type of company. `amounts` are the lowest and highest amount in units of `currency`; `ref` is a pattern with
    `#` for a digit and `?` for a letter; `sources` are the weights of email, chat, phone and web; `arrival_minutes` is
    the mean time between tickets in a busy hour."""

    ref: str
    currency: str
    amounts: tuple[int, int]
    items: tuple[str, ...]
    places: tuple[str, ...]
    sources: tuple[int, int, int, int]
    hours: tuple[int, ...]
    weekend: float
    arrival_minutes: float
    templates: Mapping[Mood, Templates]


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
    templates={
        "urgent": (
            ("Refund for {ref} | Where is my refund? {ref}",
             "I sent the {item} back {n} weeks ago and I want my refund of {amount}. Your warehouse signed "
             "for "
             "the parcel on {day}."),
            ("Chargeback opened for {ref} | I am starting a chargeback",
             "Nobody answered me about the {item}, so my bank is opening a chargeback for {amount} today."),
            ("Lawsuit if this is not settled | Legal action over order {ref}",
             "The {item} caught fire {when}. If I do not hear from you by {day} there will be a lawsuit."),
            ("Somebody else's orders in my account | Data breach?",
             "When I sign in I see the name, address and orders of a person in {place}. This is a data "
             "breach and "
             "you must look at it immediately."),
            ("URGENT: wrong address on {ref} | Urgent change before dispatch",
             "My {item} leaves today and goes to my old flat in {place}. Please stop it, this is urgent."),
            ("GDPR request ignored | Delete my data, second request",
             "I asked {n} weeks ago for all my data to be erased under GDPR. The legal deadline has passed."),
            ("Glass in the {item} box | Child hurt by {item}",
             "There were splinters of glass in the {item} and my son cut his hand. Escalate this to your "
             "safety "
             "team immediately."),
            ("Card charged {n} times for {ref} | Charged again and again",
             "My card was charged {amount} {n} times for one {item}. I need the money back immediately or I "
             "go to "
             "a chargeback."),
            ("To your executive office | Complaint for the executive team",
             "I have written {n} times about order {ref}. Please pass this to an executive who can decide."),
        ),
        "annoyed": (
            ("Still no {item} | {ref} has not arrived | Delivery promised for {day}",
             "The {item} was promised for {day} and there is still no sign of it. I am really disappointed."),
            ("{item} arrived broken | Broken on arrival: {ref}",
             "I unpacked the {item} {when} and the base is broken. The box looked as if it had been "
             "dropped."),
            ("Wrong colour again | Wrong {item}, second time",
             "I ordered a grey {item} and got a green one, for the second time. How hard can it be?"),
            ("Courier left parcel in the rain | Soaked parcel",
             "The courier left the {item} outside in {place} and everything is soaked. Awful service."),
            ("Voucher code does not work | Code rejected at checkout",
             "Your newsletter code is refused at the checkout every time. I am frustrated and close to "
             "giving up."),
            ("Your chat hung up on me | {n} chats, no answer",
             "I have explained the same thing to {n} people now. This is unacceptable for an order of "
             "{amount}."),
            ("Missing screws for {item} | Parts missing again",
             "The {item} came without screws and the manual is terrible. It is standing in pieces in my "
             "hall."),
            ("Price went down a day later | {item} cheaper today",
             "I paid {amount} {when} and today the {item} is a fifth cheaper. That feels horrible."),
            ("Delivery slot changed {n} times | Moved again?!",
             "I took a day off for the {item} and the slot moved again. Worst delivery I have ever had."),
        ),
        "neutral": (
            ("Is the {item} back in stock soon? | {item}: when available?",
             "I would like to buy the {item} but it says sold out. Do you know when it will be back?"),
            ("Change of delivery address for {ref} | New address",
             "We are moving to {place}. Can you send {ref} to the new address in my account?"),
            ("Does the {item} fit with the {other}? | Question about {item}",
             "I already have the {other} from you. Will the {item} go with it, or do they clash?"),
            ("Invoice for {ref} | Copy of invoice please",
             "Please send me the invoice for order {ref} as a PDF, with the VAT broken down by item."),
            ("How do I clean the {item}? | Care of the {item}",
             "The leaflet says nothing about cleaning. Is warm water with a little vinegar all right?"),
            ("Collect in {place}? | Pick-up instead of delivery",
             "Is it possible to collect {ref} from your shop in {place} instead of having it delivered?"),
            ("Gift wrapping | Present for a friend",
             "Could the {item} be wrapped as a present, with no price on the slip?"),
            ("Two orders in one parcel? | Combine {ref}",
             "I forgot the {other} and ordered it separately. Can both travel in one parcel?"),
            ("Warranty on the {item} | Guarantee period",
             "How long is the guarantee on the {item}, and do I have to register it somewhere?"),
            ("Spare part for {item} | Replacement lid",
             "The lid of my {item} got lost when we moved. Do you sell it on its own?"),
            ("Exchange for a larger size | Swap {item}",
             "The {item} is lovely but a bit small. I would like to exchange it for the larger one."),
            ("Newsletter twice | Unsubscribe second address",
             "I get your newsletter at two addresses. Please take off the one with the number in it."),
            ("Track {ref} | Tracking link empty",
             "The tracking page for {ref} shows no events yet. Is that normal after {n} days?"),
            ("Dimensions of the {item} | How wide is it?",
             "I have a corner of {n}0 cm in the kitchen. What is the exact width of the {item}?"),
            ("Company account | Ordering for our office",
             "We want to order {n} of the {item} for our office in {place}. Is there a business price?"),
        ),
        "grateful": (
            ("Thank you! | Lovely {item}",
             "The {item} is even nicer than in the pictures. Thank you to whoever packed it so well 😊"),
            ("Great service | Compliment for your chat team",
             "Your colleague sorted out {ref} in five minutes. That was excellent, I really appreciate it."),
            ("Replacement arrived | All good now",
             "The new {item} came this morning and works perfectly. Many thanks for the quick help."),
            ("Happy customer from {place} | Well done",
             "Third order from you and it was perfect again. I am very happy and will tell my friends."),
        ),
    },
)  # fmt: skip

SAAS: Final = Business(
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
    templates={
        "urgent": (
            ("PRODUCTION DOWN: {item} | Critical: {item} down for everybody",
             "The {item} went down for all {n}0 users in {place} {when}. This is critical, payroll runs "
             "tonight."),
            ("Security breach in workspace {ref} | Possible security breach",
             "We see logins from a country where nobody of ours works. We suspect a security breach, please "
             "lock "
             "{ref} immediately."),
            ("Other customer's invoices visible | Data breach in {item}",
             "The {item} shows invoices of a company we have never heard of. For us this is a data breach."),
            ("GDPR: reply needed by {day} | GDPR deletion still open",
             "Our data protection officer waits for your GDPR confirmation about {ref}. Urgent, the "
             "deadline is "
             "{day}."),
            ("Charged after cancelling, refund please | Refund of {amount}",
             "We cancelled {ref} in {month} and were charged {amount} again. We expect a refund this week."),
            ("Please escalate: {n} days without {item} | Escalate ticket",
             "This has been open for {n} days. Please escalate it to your engineering lead, we cannot "
             "invoice."),
            ("Contract breach, our lawyers are informed | Lawsuit",
             "You promised 99.9 percent and delivered {n} outages in {month}. Legal is preparing a lawsuit."),
            ("Data lost after bulk import | Urgent: records gone",
             "After the import {when}, about {n}00 records are gone. Urgent, please restore {ref} to this "
             "morning."),
            ("Executive review of our contract | Our executive board asks",
             "Our executive board wants a written account of the outage in {month} before we renew "
             "{amount}."),
        ),
        "annoyed": (
            ("{item} broken since the update | {item} broken again",
             "Since the release {when} the {item} is broken for half of our team in {place}."),
            ("{item} painfully slow | {item} takes minutes",
             "Opening the {item} takes {n} minutes. I am frustrated and my team has gone back to "
             "spreadsheets."),
            ("Lost my work again | Session timed out, again",
             "I was logged out in the middle of the {item} for the third time today. Terrible."),
            ("Why did you move the {item}? | New menu is awful",
             "The new menu is awful, nobody here finds the {item} any more. I hate having to retrain "
             "everybody."),
            ("{n} days for a canned answer | Bot replies only",
             "I waited {n} days and got a text about another product. Very disappointed."),
            ("Invoices with wrong tax | Wrong totals in {item}",
             "The totals are wrong by a few cents for {place}. We told you in {month}. Unacceptable."),
            ("Duplicate emails every night | Please stop the digest",
             "The {item} sends the same mail {n} times a night to all of us. Everyone is angry with me now."),
            ("Price increase without notice | Renewal {amount}?",
             "Our renewal went up to {amount} without a word. A horrible way to treat a customer of {n} "
             "years."),
            ("Documentation wrong | {item} docs out of date",
             "The page about the {item} describes a button that no longer exists. Worst docs I have read."),
        ),
        "neutral": (
            ("How to set up {item}? | Question: {item} | {item} for a second team",
             "We would like to use the {item} for our team in {place}. Which role is required?"),
            ("Add {n} seats to {ref} | More seats",
             "Please add {n} seats to workspace {ref} from {month} on."),
            ("{item} limit | How many calls per minute?",
             "What is the limit of the {item} per minute, and is there a header that tells what is left?"),
            ("Export by project | Numbers broken down by month",
             "Is there a way to have the report broken down by month and by project?"),
            ("Change the owner of {ref} | New workspace owner",
             "Our administrator leaves in {month}. How do we hand over the ownership of {ref}?"),
            ("Does {item} support {other}? | {item} with {other}",
             "Before we switch it on: does the {item} work together with the {other}?"),
            ("Invoice address | New billing details",
             "We moved our office to {place}. Please put the new address on the next invoice."),
            ("Time zone in {item} | Times one hour off",
             "The {item} shows times one hour later than our calendar. Is there a setting for it?"),
            ("Yearly plan | Switch to yearly billing",
             "What would {ref} cost per year in place of {amount} a month?"),
            ("Roadmap question: {item} | Feature idea for {item}",
             "It would be useful if the {item} could remember the last filter. Is this planned?"),
            ("Webhook signature | How to verify the signature",
             "Which algorithm signs the requests? An example in any language will do."),
            ("Archive old projects | Hide projects before {month}",
             "We have {n}00 finished projects. Can they be archived without losing the time sheets?"),
            ("Test workspace | Sandbox for {item}",
             "Is there a sandbox in which we can try the {item} with made-up data?"),
            ("Certificate for our auditors | Yearly security questionnaire",
             "Our auditors send their yearly questionnaire. Who fills it in on your side? Not urgent."),
            ("Language of the {item} | French labels",
             "Can the {item} be switched to French for {n} of our users only?"),
        ),
        "grateful": (
            ("{item} works now, thank you | Solved",
             "The fix for the {item} works perfectly. Thank you for the clear explanation."),
            ("Love the new {item} 🎉 | Great release",
             "The new {item} saves us an hour a day. Excellent work, please tell the team."),
            ("Thanks for the call | Helpful session",
             "The session on {day} was very helpful, all {n} of us learned something. Much appreciated."),
        ),
    },
)  # fmt: skip

TRAVEL: Final = Business(
    ref="??#?#?",
    currency="€",
    amounts=(180, 4600),
    items=(
        "hotel", "return flight", "rental car", "airport transfer", "island ferry", "city tour", "cabin",
        "family room", "half board", "train connection", "extra luggage", "travel insurance", "boat trip",
    ),
    places=(
        "Lisbon", "Crete", "Reykjavik", "Marrakesh", "Madeira", "Naples", "Kyoto", "Tromso", "Split",
        "Sicily",
        "Porto", "Malta", "Seville", "Bergen", "Corfu",
    ),
    sources=(42, 18, 28, 12),
    hours=EVENING_HOURS,
    weekend=0.8,
    arrival_minutes=6,
    templates={
        "urgent": (
            ("Stranded in {place} | URGENT: we are stuck in {place}",
             "Our {item} was cancelled {when} and nobody picks up the phone. We are {n} people with two "
             "children "
             "at the airport, this is urgent."),
            ("Refund for cancelled trip {ref} | Refund overdue",
             "You cancelled {place} in {month}. By law the refund of {amount} was due within 14 days."),
            ("Chargeback on booking {ref} | Disputing {amount}",
             "The {item} did not exist at that address. My bank has started a chargeback over {amount}."),
            ("Passport copies sent to a stranger | Data breach",
             "You mailed our passports to somebody else's address. That is a data breach and I have told the "
             "authority."),
            ("We will file a lawsuit | Letter from our lawyer",
             "My wife broke her arm on the unlit stairs of the {item}. Our lawyer is preparing a lawsuit."),
            ("No booking at the desk | Hotel says we are not booked, leaving immediately?",
             "We are standing at the desk in {place} and they have no booking {ref}. Call me back "
             "immediately."),
            ("Escalate: {n} mails unanswered | Please escalate {ref}",
             "This is mail number {n}. Please escalate {ref} to somebody who is allowed to decide."),
            ("GDPR: who got our data? | GDPR access request",
             "Since booking {place} we get calls from strangers. Under GDPR, tell me who received our data."),
            ("Wrong name on ticket, flight tomorrow | Critical: name on {ref}",
             "The flight to {place} is tomorrow and the surname is misspelt. Critical for us, please "
             "correct it."),
        ),
        "annoyed": (
            ("Dirty room in {place} | {item} not as described",
             "The {item} in {place} was dirty and the shower broken. Nothing like the photos, very "
             "disappointed."),
            ("Seats not together | Family split over the plane",
             "We paid for seats together and sat {n} rows apart, with a small child. Unacceptable."),
            ("An hour on hold | Nobody answers the phone",
             "I spent an hour on hold {when} and was then cut off. Terrible way to treat people."),
            ("Flight moved to 4 am | New times for {ref}",
             "You moved the {item} to four in the morning without asking. I am angry, we have a baby."),
            ("Building site next door | No sleep in {place}",
             "There was a building site beside the pool from six in the morning. An awful week."),
            ("Extra fee at the desk | {amount} more on arrival",
             "At the desk in {place} they wanted {amount} more for the {item}. Nobody had told us."),
            ("Transfer never came | Waited two hours",
             "The {item} never came, so we took a taxi. Frustrated, and {n} tired children in the back."),
            ("Website lost my booking form | Form broken",
             "I typed in {n} travellers and the page was broken at the last step. I hate starting again."),
            ("Food was horrible | Half board in {place}",
             "The food was cold on {n} of seven days, honestly the worst we have had anywhere."),
        ),
        "neutral": (
            ("Upgrade for {ref}? | Sea view in {place}",
             "Is a room with a sea view still free for {ref}, and what would it cost?"),
            ("{item} on top of {ref} | {item} for {place}",
             "We would like to add this to our booking {ref} for {place}: {item}."),
            ("Visa for {place}? | Which papers for {place}",
             "Two of us travel on another passport. Do we require a visa for {place}?"),
            ("Change dates of {ref} | Move to {month}",
             "Could we move our trip to {place} to {month}? A week earlier or later is fine as well."),
            ("Vegetarian meals | Food allergy, {ref}",
             "My husband cannot eat nuts. Can you note it for the {item} and the flight?"),
            ("Payment in two parts | Deposit for {place}",
             "Is it possible to pay a deposit now and the rest of {amount} in {month}?"),
            ("Luggage allowance | How many bags to {place}?",
             "How many kilos are included to {place}, and what does one more bag cost?"),
            ("Wheelchair at the airport | Help at boarding",
             "My mother uses a wheelchair. Please arrange help at the airport for {ref}."),
            ("Group of {n}0 to {place} | Offer for a school trip",
             "We are looking for an offer for {n}0 pupils to {place} in {month}."),
            ("Travel documents | When do the papers come?",
             "When will we get the vouchers for the {item}? There is no rush, we leave in {month}."),
            ("Dog on board? | Travelling with a dog",
             "May a small dog come along to {place}, and what does it cost for the {item}?"),
            ("Invoice for my employer | Two invoices for {ref}",
             "Please split the invoice for {ref}: {n} nights on the company, the rest on me."),
            ("Parking at the airport | Car park near the terminal",
             "Do you also book parking, and is there a shuttle to the terminal?"),
            ("Late arrival in {place} | Desk open at night?",
             "Our flight lands after midnight. Is somebody at the desk of the {item}?"),
            ("Best month for {place}? | Planning {place}",
             "We want to go walking and do not like the heat. Which month would you advise for {place}?"),
        ),
        "grateful": (
            ("Wonderful week in {place} | {place} was wonderful",
             "Everything in {place} went perfectly, the {item} above all. Thank you so much! 🌞"),
            ("Thank you for the quick change | {ref}: thanks",
             "You moved our {item} within ten minutes. Great service, we are very happy."),
            ("Honeymoon | The best surprise",
             "The flowers in the room were a lovely surprise. We love {place} and we will be back."),
        ),
    },
)  # fmt: skip

UTILITY: Final = Business(
    ref="C-### ###",
    currency="£",
    amounts=(38, 960),
    items=(
        "electricity meter", "water meter", "gas boiler", "direct debit", "annual bill", "smart display",
        "street light", "solar feed-in", "night tariff", "final bill", "heat pump tariff", "charging point",
    ),
    places=(
        "Mill Lane", "Station Road", "Quarry Hill", "Orchard Close", "Harbour Street", "Weaver's Row",
        "Chapel Rise", "Lower Green", "Bridge Terrace", "Beacon Way",
    ),
    sources=(30, 12, 45, 13),
    hours=OFFICE_HOURS,
    weekend=0.35,
    arrival_minutes=8,
    templates={
        "urgent": (
            ("Power outage in {place} | Outage, life support at home",
             "The power in {place} went off {when}. My father depends on an oxygen machine, this is urgent."),
            ("Smell of gas in {place} | URGENT gas smell",
             "There is a strong smell of gas by the {item} in {place}. Send somebody immediately."),
            ("Burst pipe | Water pouring into the cellar, urgent",
             "The pipe before the water meter burst {when} and water is running into the cellar. Urgent, "
             "please come."),
            ("Refund of credit on {ref} | Refund after moving out",
             "I moved out in {month} and my account is {amount} in credit. I demand the refund now."),
            ("Disconnected by mistake | Cut off, please escalate",
             "You cut us off in {place} although the bill is paid. Escalate this, we have a newborn."),
            ("Lawsuit over damaged devices | Surge destroyed our devices",
             "The surge destroyed devices worth {amount}. Without an offer by {day} I will file a lawsuit."),
            ("GDPR complaint | My usage data sold?",
             "A firm called me and knew my consumption. I make a GDPR complaint about contract {ref}."),
            ("Chargeback on direct debit | {amount} taken twice",
             "You took {amount} twice in {month}. I have asked the bank for a chargeback."),
            ("Critical: dialysis clinic without water | Critical supply failure",
             "Our clinic in {place} has no pressure. This is critical, {n} patients are waiting."),
        ),
        "annoyed": (
            ("Bill far too high | {amount} for one month?",
             "I live alone and the last bill says {amount}. I am angry, nobody can explain it to me."),
            ("Engineer did not come | Third missed visit",
             "I waited all {day} for your engineer at {place}. Nobody came, for the third time. "
             "Unacceptable."),
            ("Meter display broken | {item}: display broken",
             "The display of our meter is broken, the numbers jump about. I reported it {n} weeks ago."),
            ("Estimated again | Why do I send readings?",
             "I send a reading each month and you estimate anyway. Frustrated, and it is always too high."),
            ("Road left open | Hole in {place}",
             "Your people left a hole in {place} with one small cone. Awful when it is dark."),
            ("Hold music for an hour | Phone line",
             "I listened to your terrible music for {n}0 minutes and then the line went dead."),
            ("Debit raised without a word | New monthly sum",
             "You raised my payment to {amount} without telling me. I am very disappointed."),
            ("Brown water | Water looks horrible",
             "The water in {place} turned brown {when}. It looks horrible and the washing is ruined."),
            ("Letter addressed to a dead person | Please correct the name",
             "For the {n}th time a letter came for my late mother. The worst thing you can do to a family."),
        ),
        "neutral": (
            ("Meter reading for {ref} | Reading, {place}",
             "Our meter stands at {n}4{n}07 today. Please confirm that you have it."),
            ("Moving to {place} | Move in {month}",
             "We move to {place} in {month} and want to take contract {ref} with us."),
            ("Question about my {item} | Explain the {item}",
             "Can you explain the second line of my bill? I do not see where the {n} pounds come from."),
            ("Change of bank account | New account for {ref}",
             "I have a new bank account. Where do I enter it for {ref}?"),
            ("Pay by instalments | Spread the payment",
             "Is it possible to pay the {amount} in {n} parts?"),
            ("Planned works in {place}? | Notice in the stairwell",
             "A notice says that the water is off on {day}. From when to when?"),
            ("Copy of the {month} bill | Bill for the tax office",
             "I need a copy of the bill of {month} for the tax office, please."),
            ("Solar panels | Register a solar roof",
             "We put {n} panels on the roof in {place}. Which form do you require?"),
            ("Night tariff worth it? | Tariff advice",
             "We heat at night and use about {n}00 units a month. Would another tariff be cheaper?"),
            ("Landlord change | New owner in {place}",
             "The house in {place} has a new owner. Who must sign for the {item}?"),
            ("Street light flickers | Lamp in {place}",
             "The lamp in front of number {n} flickers. Just to let you know, nothing dangerous."),
            ("Smart meter appointment | Date for smart meter",
             "I would like another date for the new meter, any morning except {day}."),
            ("Paperless | Bills by email only",
             "Please send the bills for {ref} by email only from {month} on."),
            ("Large print | Bill in large print",
             "My grandmother cannot read the small figures. Is there a bill in large print?"),
            ("Charging point at home | Car charger, {place}",
             "We are looking for a charging point for the garage. Do we have to tell you first?"),
        ),
        "grateful": (
            ("Thanks to your engineer | Friendly engineer",
             "Your engineer came within the hour and was friendly and careful. Thank you!"),
            ("Bill corrected, thank you | All clear now",
             "Many thanks, the {item} is right now. Excellent help on the phone."),
            ("Well done last night | Power back so quickly",
             "The storm was bad and yet you had {place} back by midnight. Great work, we appreciate it 👍"),
        ),
    },
)  # fmt: skip

BUSINESSES: Final[Mapping[str, Business]] = {
    "tenant_a": SHOP, "tenant_b": SAAS, "tenant_c": TRAVEL, "tenant_d": UTILITY,
}  # fmt: skip

# Some customers of every business do not write English; what they say fits all four.
FOREIGN: Final[Mapping[Literal["de", "fr"], Mapping[Mood, Templates]]] = {
    "de": {
        "urgent": (
            ("Dringend: Rückerstattung {ref}",
             "ich warte seit {n} Wochen auf {amount}. Ohne Rückerstattung übergebe ich die Sache meinem "
             "Anwalt."),
            ("Datenschutz, {ref}",
             "ich sehe fremde Daten in meinem Konto. Bitte melden Sie sich sofort, ich prüfe eine Anzeige "
             "(GDPR)."),
        ),
        "annoyed": (
            ("Immer noch keine Antwort zu {ref}",
             "das ist nun meine {n}. Nachricht und niemand antwortet. Ich bin sehr enttäuscht."),
            ("So geht es nicht",
             "am Telefon hieß es {n} Tage, jetzt sind es Wochen. Das ist wirklich ärgerlich."),
        ),
        "neutral": (
            ("Frage zur Rechnung {ref}", "könnten Sie mir die Rechnung über {amount} noch einmal schicken?"),
            ("Neue Adresse", "wir ziehen um. Wo trage ich bei {ref} die neue Adresse ein?"),
            ("Rückruf möglich?",
             "ich habe eine kurze Frage zu {ref}. Wann kann ich Sie am besten erreichen?"),
        ),
        "grateful": (("Vielen Dank",
        "das hat wunderbar geklappt, herzlichen Dank für die schnelle Hilfe! 😊"),),
    },
    "fr": {
        "urgent": (
            ("Remboursement urgent {ref}",
             "j'attends le remboursement de {amount} depuis {n} semaines. Sans réponse, j'irai en justice."),
        ),
        "annoyed": (
            ("Toujours pas de réponse",
             "c'est mon {n}e message au sujet de {ref}. Je suis très déçue de votre service."),
            ("Déjà {n} appels",
             "personne ne rappelle jamais, c'est vraiment pénible pour une somme de {amount}."),
        ),
        "neutral": (
            ("Question sur {ref}", "pourriez-vous me dire où en est le dossier {ref} ?"),
            ("Facture", "il me faudrait la facture de {amount} au nom de la société, s'il vous plaît."),
        ),
        "grateful": (("Merci beaucoup", "tout est réglé, merci pour votre aide et votre gentillesse !"),),
    },
}  # fmt: skip

GREETINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Hello,", "Hi,", "Hi there,", "Dear team,", "Good morning,", "Good afternoon,", "Dear support,"),
    "de": ("Guten Tag,", "Hallo,", "Sehr geehrte Damen und Herren,"),
    "fr": ("Bonjour,", "Madame, Monsieur,"),
}
FAREWELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Best regards", "Kind regards", "Regards", "Thanks", "Cheers", "Yours"),
    "de": ("Viele Grüße", "Mit freundlichen Grüßen"),
    "fr": ("Cordialement", "Bien à vous"),
}
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "Maya", "Owen", "Priya", "Tomas", "Ella", "Kofi", "Nora", "Samir", "Greta", "Luca", "Aisha",
        "Finn", "Ivy",
        "Mateo", "Hana", "Callum", "Zoe", "Piotr", "Ruth", "Dara", "Emil", "Farah", "Joan", "Viktor", "Leila",
    ),
    "de": ("Jürgen", "Anke", "Björn", "Sabine", "Käthe"),
    "fr": ("Élodie", "Benoît", "Maëlle", "Gérard"),
}  # fmt: skip

# A sentence more that gives the case a history; an empty one leaves it out.
DETAILS: Final[Mapping[Mood, tuple[str, ...]]] = {
    "urgent": (
        "", "I have kept all the mails and photos.",
        "I tried the phone line {n} times without getting through.",
        "My reference is {ref}.", "I expect a named person to answer.", "This has cost us {amount} so far.",
        "I will not wait another week.", "We have been loyal customers for {n} years.",
    ),
    "annoyed": (
        "", "The reference is {ref}.", "I already wrote about it on {day}.", "A photo is attached.",
        "My neighbours tell the same story.", "I expected better after {n} years with you.",
        "The last answer was clearly copied from somewhere.", "We have tried it on {n} different days.",
        "Nobody called back as promised.",
    ),
    "neutral": (
        "", "", "The reference is {ref}.", "I could not find it on your website.",
        "A short answer is enough.",
        "You reach me best after five.", "It is for my parents, I write in their name.",
        "We are {n} people in all.", "Any time this week is fine.", "I looked in the FAQ first.",
        "I am free on {day} for a call.", "It was different in {month}.", "Please reply in writing.",
    ),
    "grateful": (
        "", "Please pass it on.", "The reference was {ref}.", "I had feared the worst before I wrote.",
        "You can close this one.", "It made our {day}.",
    ),
}  # fmt: skip

# What customers add to a ticket that is still open, and what reopens one that was thought solved.
AFTERTHOUGHTS: Final[Mapping[Mood, tuple[str, ...]]] = {
    "urgent": (
        "Still no answer. I have now spoken to a lawyer.", "It is getting worse, please act immediately.",
        "I am going to escalate this to the ombudsman.", "Any news? We are counting hours here.",
        "My bank has confirmed the chargeback.", "You have {n} more days, then I go to court.",
    ),
    "annoyed": (
        "Still waiting. This is really disappointing.", "Is anybody reading this?",
        "Same thing again {when}.",
        "If this goes on I want a refund.", "I have now asked {n} times.", "That answer did not help at all.",
        "I am slowly losing my patience.",
    ),
    "neutral": (
        "Here is the number you asked for: {ref}.", "{day} would also suit me.",
        "One more thing: is there a fee?",
        "I have attached the form.", "Sorry, I meant {month}.", "No hurry, just checking in.",
        "Please use my other address from now on.",
    ),
    "grateful": ("Thanks again!", "And greetings to the whole team.", "It still works perfectly."),
}  # fmt: skip
REOPENERS: Final = (
    "It has happened again {when}, so this is not solved.", "Sorry, the same problem is back.",
    "That was not the answer to my question.", "It worked for {n} days and now it does not.",
    "I still need help with this, please open it again.",
)  # fmt: skip

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MOMENTS: Final = (
    "yesterday", "this morning", "last night", "at the weekend", "two days ago", "on Monday",
    "this afternoon", "on Thursday", "last week",
)  # fmt: skip

# Customers who write in another language add sentences in that language.
FOREIGN_AFTERTHOUGHTS: Final[Mapping[str, tuple[str, ...]]] = {
    "de": (
        "Gibt es schon etwas Neues?",
        "Ich bitte noch einmal um eine Antwort.",
        "Am besten per E-Mail, danke.",
    ),
    "fr": ("Avez-vous du nouveau ?", "Je me permets de vous relancer.", "Plutôt par courriel, merci."),
}
