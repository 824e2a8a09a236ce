"""What is urgent without a word of hurry: time that runs out, people who are stranded, everybody blocked."""

from tickets.classification.vocabularies.english.constructions.phrasing import urgent

_SIGN_IN = "sign in|log in|log on|login|sign on|get in|get into|work|access"

PATTERNS = (
    *urgent(
        "everybody is blocked",
        1.0,
        f"<none of our|none of my|none of us|not one of our|none of the> ..3 (?:can|could|is able to|are able to) (?:{_SIGN_IN})",
        f"<nobody|no one|no-one> ..3 (?:can|could|is able to) (?:{_SIGN_IN})(?! out)",
        f"""<everybody|everyone|all of us|all our|the whole|the entire> ..4 (?:cannot|can't|is unable to|are unable to|could
            not|couldn't) (?:{_SIGN_IN})""",
        "<everybody|everyone|all of us|all our> ..3 (?:is|are|was|were) <locked out|logged out|cut off>",
    ),
    *urgent(
        "records are gone",
        0.7,
        """<records|data|files|documents|time sheets|timesheets|entries|orders|contacts|projects|bookings|
            backup|everything|history|invoices> ..2 (?:are|is|were|was|has been|have been|all) (?:all |now |simply )?(?:gone|
            wiped|erased|overwritten|destroyed)""",
        "<records gone|data gone|everything gone|all gone|files gone>",
    ),
    *urgent(
        "minutes are left",
        1.0,
        r"""<boarding|boards|departs|leaves|leaving|takes off|begins|starts|closes|close|due> (?:is |at the gate )?in (?:about |
            only |less than )?(?:\d+|an|one|two|three|half an|a few|ten|twenty|thirty|forty) (?:minutes|minute|min|
            hours?)""",
    ),
    *urgent(
        "it goes out today",
        0.7,
        """<leaves|ships|goes out|is dispatched|be dispatched|is sent|be sent|will be sent|
            be posted|is published|be published> ..5 (?:this afternoon|today|tonight|this evening|this morning|at noon|
            within the hour|in an hour)""",
    ),
    *urgent(
        "to be stopped in time",
        0.4,
        """(?:please|can you|could you|to|must|need to) <stop|hold|halt|intercept|catch> (?:it|this|them|the \\w+|[\\w-]+)
            (?:before|from|until|\\?|today|tonight|now)""",
    ),
    *urgent(
        "a journey is about to begin",
        0.5,
        """<flight|flights|train|ferry|transfer|departure|bus> ..4 (?:is|leaves|departs|goes|to|at) ..3 (?:tomorrow|today|
            tonight)""",
        "<flight tomorrow|flight today|flight tonight|fly tomorrow|fly today|travel tomorrow|leave tomorrow|flying tomorrow>",
    ),
    *urgent(
        "stranded on a journey",
        0.7,
        """(?:we are|i am|we're|i'm|are|am|standing|sitting|waiting|stuck|stranded|people|alone|hours|phone) ..2 <at the
            airport|at the gate|at the station|at the border|at the port|at the check-in|at the desk|at the reception|
            outside the hotel|outside the apartment|in front of the hotel|in the hall of>""",
        r"""<at the airport|at the gate|at the station>(?:
            (?<=^at\x20the\x20\w{4})|(?<=^at\x20the\x20\w{7})|(?<=[:.!?]\x20at\x20the\x20\w{4})|(?<=[:.!?]\x20at\x20the\x20\w{7}))""",
        """<stranded|stuck> (?:in|at|on) (?:the )(?:airport|station|island|motorway|gate|platform|border|port)""",
        r"<stuck|stranded>(?:(?<=^stuck)|(?<=^stranded)) in (?!(?:the|a|an|my|our|your|this|it|traffic|transit|limbo)\b)",
    ),
    *urgent(
        "the way home is cancelled",
        0.7,
        "<flight home|flight back|train home> ..4 (?:cancelled|canceled)",
    ),
    *urgent(
        "an official date",
        0.7,
        """<auditors|auditor|inspectors|inspector|bailiff|customs|tax office|hearing> ..3 (?:come|comes|arrives?|visit|
            visits|is|are|expects?) ..2 (?:tomorrow|today|tonight)""",
    ),
    *urgent(
        "no way on",
        0.5,
        """<no ticket for us|no ticket for me|no room for us|no booking|have no booking|no record of us|nowhere to sleep|
            nowhere to go|only need a bed|get us home|get me home|bring us home>""",
    ),
    *urgent(
        "somebody is using my account",
        1.0,
        """<somebody using|someone using|is somebody using|somebody is using|someone is using|somebody used|someone used|
            somebody has used|someone has used|
            somebody ordered|someone ordered> ..2 (?:my|our) ..1 (?:card|account|name|login|address|identity)""",
        """(?:order|orders|purchase|booking|transfer|payment) (?:that |which )?(?:i|we) <did not place|didn't place|
            never placed|did not make|never made|did not authorise|did not authorize>""",
        "<i ordered nothing|i bought nothing|we ordered nothing>(?! (?:else|yet|but|from you since))",
    ),
)
