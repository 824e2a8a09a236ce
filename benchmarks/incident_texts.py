"""What customers write about faults that were made up for `benchmarks.incidents`: each in many wordings."""

import random
from collections.abc import Mapping
from typing import Final

OPENINGS: Final = (
    "", "", "", "Hello, ", "Hi there. ", "Quick one: ", "Not sure whether this is known. ", "Since this morning: ",
    "I hope somebody reads this. ", "Good afternoon. ", "Second try, the first message did not go out. ",
)  # fmt: skip
CLOSINGS: Final = (
    "", "", "", " Is anybody else seeing this?", " Please let me know.", " I can send a screenshot.", " What should I do?",
    " I need it today.", " Thank you.", " It worked fine yesterday.", " Same in another browser.",
)  # fmt: skip

FAULTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "login": (
        ("Cannot log in", "Login fails", "Locked out", "Password rejected", "Sign-in page hangs", "No access to my account"),
        (
            "The login page turns me away although the password is right.",
            "I type my password, press log in, and the page just reloads.",
            "My account says the password is wrong. I reset it twice and still cannot log in.",
            "Nobody in our office gets past the login screen.",
            "After the password it shows a white page and nothing happens.",
            "It keeps throwing me back to the login form, even in a private window.",
            "I am locked out: the password is accepted and then I am asked to log in again.",
            "Logging in takes minutes and ends with a timeout.",
            "The code for logging in never arrives, so I sit in front of the login page.",
            "My colleague and I were both logged out and neither can get back in.",
        ),
    ),
    "payment": (
        ("Payment declined", "Card not accepted", "Checkout broken", "Cannot pay", "Error when paying", "Basket stuck"),
        (
            "At checkout my card is declined, and the bank says they never got the request.",
            "The payment page stops with error 502 after I enter the card.",
            "I tried three cards, the checkout refuses each of them.",
            "Paying is impossible: the checkout spins and then the basket is empty.",
            "The card form does not load, so I cannot finish the payment.",
            "I get to the last step, press pay, and it says the payment could not be processed.",
            "Checkout gives me a gateway error with every card.",
            "Your payment provider seems to be down, nothing goes through.",
            "It wants my card details again and again and never finishes the payment.",
            "I cannot pay my basket. Payment failed, it says, with no reason.",
        ),
    ),
    "crash": (
        ("App crashes", "App closes by itself", "Crash after the update", "The update broke it", "Frozen app", "App will not start"),
        (
            "Since the update the app crashes as soon as I open it.",
            "The app closes itself on the start screen. I installed the update last night.",
            "After updating, your app freezes on the logo.",
            "My phone says the app keeps stopping.",
            "It crashed four times in ten minutes, always right after the start.",
            "The new version does not start at all on my tablet.",
            "I deleted the app and installed it again, it still crashes.",
            "Opened the app, black screen, then back to the home screen.",
            "The latest update made the app unusable, it stops after a second.",
            "Can I get the old version back? The new app crashes on every launch.",
        ),
    ),
    "duplicate mail": (
        ("Why so many mails", "Same mail ten times", "Please stop the mails", "Mail flood", "Your newsletter again and again", "Duplicates"),
        (
            "I received the same newsletter eleven times within an hour.",
            "Your system is flooding my inbox with identical mails.",
            "Every few minutes another copy of the same mail comes in.",
            "Please stop, I got the newsletter six times already.",
            "Is your newsletter stuck? My whole team gets duplicates.",
            "Twenty copies of one mail. My inbox is full.",
            "The same mail keeps coming, and unsubscribing does not help.",
            "We get duplicate mails from you since noon.",
            "Something is wrong with your mailing, I have the same newsletter over and over.",
            "Are you hacked? Identical mails from your address keep coming in.",
        ),
    ),
    "tracking": (
        ("Tracking page empty", "Tracking link dead", "Where is the tracking", "Tracking shows nothing", "No tracking", "Parcel invisible"),
        (
            "The tracking page says my number is unknown.",
            "Your tracking link leads to a page that does not exist.",
            "I follow the parcel every day, and now the tracking shows nothing.",
            "Tracking number not found, it says, although it worked at breakfast.",
            "The tracking site is empty for all three of my parcels.",
            "I wanted to see where the parcel is, but the tracking will not open.",
            "All my tracking numbers are invalid all of a sudden.",
            "No tracking information available, whichever parcel I look at.",
            "The page with the tracking has been blank for a while.",
            "Tracking does not recognise the number in your mail.",
        ),
    ),
    "outage of a line": (
        ("Hotline dead", "Nobody answers the phone", "Your phone line", "Telephone not reachable", "Call drops", "Phone number wrong?"),
        (
            "Your hotline gives me a busy tone all the time.",
            "I called five times and the line drops after the first ring.",
            "The number of the hotline is not in service, says a voice.",
            "Nobody picks up the phone, it does not even ring.",
            "Your telephone seems broken: dead silence, then it hangs up.",
            "The call ends before the menu begins.",
            "I cannot reach you by phone at all, the hotline is dead.",
            "Each call to the hotline is cut off at once.",
            "Is the hotline closed today? The call does not go through.",
            "Busy tone since an hour on your phone line.",
        ),
    ),
}  # fmt: skip


def write(fault: str, rng: random.Random) -> tuple[str, str]:
    """A subject and a message about the fault. A fifth of the subjects say nothing about it."""
    subjects, messages = FAULTS[fault]
    subject = rng.choice(("Help", "Question", "Problem", "Urgent")) if rng.random() < 0.2 else rng.choice(subjects)
    return subject, f"{rng.choice(OPENINGS)}{rng.choice(messages)}{rng.choice(CLOSINGS)}"
