"""What went wrong, told as a bare fact: nothing came, the box was empty, the clerk walked off.

A customer who only states such a fact may be calm, so most of them need a second one, or a hint of bad feeling.
"""

from tickets.classification.vocabularies.english.constructions.phrasing import bare_fact, complaint

_SEAT = "floor|tarmac|runway|plane|bus|train|terminal|airport|gate|bench|ground"
_STAFF = """staff|agents?|clerk|driver|crew|attendants?|rep|lady|guy|manager|advisor|technician|engineer|courier|team|
            employees?|woman|man|she|he|they"""

PATTERNS = (
    *bare_fact(
        "it never came",
        0.35,
        """(?:hasn't|hasnt|has not|haven't|havent|have not|never|didn't|didnt|did not|not|yet to) ..1 <arrived|arrive|
            shown up|show up|turned up|turn up|delivered|moved|received>(?! (?:to|any (?:error|notification)))""",
        "(?:nowhere|not) <to be found|in sight|to be seen>",
        "<didn't come|didnt come|never came|nobody came|no one came|noone came|no show|no-show|noshow>",
        """(?:say|says|said|shows?|marked?|marks) ..3 <delivered|complete|completed|resolved> ..6 (?:not|no|nothing|
            nobody|but|isn't|never)""",
        r"""<there is no|there's no|theres no|there are no> (?:\w+ )?(?:here|at this|in sight|safe|such|staff|water|
            food|heat|wifi|seats?|one|reply|way)(?: (?:here|at|on|in|place|left|anywhere))""",
        "<nothing here|nothing there|nothing in it|nothing inside>",
    ),
    *bare_fact(
        "arrived empty or broken",
        0.45,
        """(?:came|arrived|turned up|box|package|bag|parcel|envelope) ..2 <empty|smashed|shattered|crushed|soaked|ripped|
            in pieces>""",
    ),
    *bare_fact(
        "no such thing",
        0.35,
        r"""<no> (?:water|heating|food|drinks?|hotel|voucher|info|
            updates?|announcements?|luggage|bags?|parcel|package|refund|money|staff|seats?|cash|dinner|sleep|
            apolog\w+|ac|air con\w*|working \w+)(?! (?:required|needed|policy|address|problem))""",
        "<without> (?:internet|signal|service|water|food|power|heating|electricity|phone|luggage|bags?|clothes|a bed)",
        "(?:and|&|with|just|only) <zero|0> (?:answers?|help|info|updates?|replies|signal|bars|staff)",
        r"<zero> (?:answers?|info|updates?|replies|bars|staff|people|interest|clue|consideration|value)",
    ),
    *bare_fact(
        "out of service",
        0.2,
        "<no> (?:internet|signal|service|connection|wifi|power|phone)(?! (?:required|needed|policy|address|problem))",
    ),
    *bare_fact(
        "it stays like that",
        0.35,
        """<every day|every evening|every night|every morning|every few|all the time|every month|daily>(?! (?:price|
            use|life|business|report|at))""",
        "<keeps|keep|kept> (?:crash|drop|freez|cutt|los|logg|kick|disconnect|fail|buffer|repeat|reset|bounc|go)\\w*ing",
        "(?:{many}|second|third|fourth|fifth|4th|3rd|5th|2nd) <day|time|night|week|month>",
        "<and counting|for the last time|for days|for weeks|for months|for hours|all week|all month>",
    ),
    *bare_fact(
        "hours",
        0.35,
        r"""(?:it's|its|it is|been|for|after|over|about|took|takes|waited|another|with|in) ..2 {many} <hours|
            hour|hrs|days|weeks|wks|months>(?! (?:notice|free|trial|warranty|old))""",
        "(?:{many}|two|2|an|one|1) <hours|hour|hrs|hr> (?:late|ago|to|on|in|without|of|with|just|for|wait|and|at)",
        r"""(?:[2-9]\d|1\d\d|twenty|thirty|forty|fifty|sixty|ninety) <minutes|minute|mins|min> (?:late|to|on|without|and|
            in|of|for|trying)""",
        r"\d <hrs|hours|hour|hr> \d+ <min|mins|minutes>",
    ),
    *complaint(
        "left sitting",
        0.6,
        rf"""<sitting|sat|sit|standing|stand|stood|sleeping|sleep|slept|waiting> (?:\w+ )?(?:on|in|at|
            by) ..4 (?:{_SEAT})(?! (?:by|near|next|together))""",
        "(?:still|are|were|been) <on the ground|on the plane|on the tarmac|on the runway|at the gate|on the bus>",
        "<stand here|standing here|sit here|sitting here|sat here>",
    ),
    *complaint(
        "how they behaved",
        0.6,
        f"(?:{_STAFF}) (?:just |literally |then |simply )*<walked off|walked away|shrugged|disappeared|left us|ran off>",
        "<shrugged|shrugs|walked off|couldn't care|could care less|in our face|in my face>",
        """<too busy> (?:to|chatting|talking|texting|on|playing|laughing|with their|gossiping)""",
        "<threw|throws|tossed|dumped|chucked|kicked> ..3 (?:over|at|on|in|into|against|out)(?! (?:the discount))",
        "<left> (?:it|my|our|the|a) ..3 (?:in the rain|outside|on the street|in front|on the doorstep|in the open)",
        "<hung up|hangs up|hanging up|ignores me|ignored me|talked down|lectured>",
    ),
    *complaint(
        "they disagree with themselves",
        0.6,
        r"""(?:one|agent|rep|app|website|email|chat|store|person|first) ..5 <says|said|tells|told> ..9 (?:another|the
            other|different|the opposite|(?:website|app|hotline|email|store|screen|agent|board) (?:says|said|tells|
            another))""",
        r"""<sent|sends|send|refers|referred|told> (?:me|us) (?:back )?to ..8 (?:sent|sends|send|refers|referred|told|
            tells) ..3 (?:to|back)""",
        "{many} <different> (?:answers|stories|people|agents|versions|numbers|dates|prices|excuses)",
    ),
    *complaint(
        "it was taken away",
        0.6,
        """(?:you|u|they|@\\w+|airline|bank|and|then|got|been|was|were|we|i) ..2 <overbooked|oversold|bumped|oversell|
            overbook|overbooking|overselling|double booked|kicked off>""",
        "<overbooked|oversold|bumped|overselling> // ",
        "(?:you|u|they) (?:just )?<sold|gave away|cancelled|canceled|cancel|changed|moved|blocked|locked> (?:my|our|me|us)",
        """<locked out> (?:of|for|again|since|on)""",
        "<charged|charge|charging|billed|billing> ..2 (?:twice|double|for something|for a ..2 never|again|anyway)",
        "<owe> (?:me|us)",
        "(?:i|we) (?:already )?<paid> (?:for (?:that|this|it|priority|extra|express|a|my)|it (?:weeks|months|days))",
    ),
)
