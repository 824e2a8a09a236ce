"""Repetition: the third time, again, still, you keep doing it."""

from tickets.classification.vocabularies.english.constructions.phrasing import complaint

_ORDINAL = "third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|umpteenth|nth|hundredth|3rd|4th|5th|6th|7th|8th|10th"
_EVENT = """(?:time|times|call|email|e-mail|mail|message|attempt|request|complaint|delay|cancellation|exchange|
            replacement|visit|letter|reminder|technician|engineer|ticket (?:i|about|for|on)|cancelled|canceled|delayed|
            fault|outage|agent|rep|person|month|week|day)"""

PATTERNS = (
    *complaint(
        "the third time",
        0.7,
        f"<{_ORDINAL}> ..1 {_EVENT}",
        f"(?:is|was) (?:my|the|our|now) <{_ORDINAL}>",
        "<second|2nd> time (?:i|we|you|this|in|now|that|my|it|they|//)",
        "<in a row>",
        r"(?:charged|billed|debited) (?:me|us|my \w+) <twice>",
        """(?:called|emailed|written|wrote|asked|complained|reported|rescheduled|cancelled|sent|
            readings) ..3 <twice> // (?:and|but|already|now|no|still)""",
    ),
    *complaint(
        "asked many times",
        0.7,
        r"""<called|emailed|written|wrote|asked|told|explained|explain|complained|reported|contacted|visited|phoned|
            rang|messaged|rescheduled|cancelled|spoken|spoke|talked|transferred|disconnected> ..6 {many} ..1 (?:times|
            people|agents|departments|calls|emails|reps|things|messages|persons|different \w+)""",
        """(?:{many}|two|2) <different> (?:people|agents|answers|departments|reps|things|stories|persons|phone|numbers|
            times|days|excuses|flights|emails)""",
        """(?:after|took|takes|takes me|took me|our|last|that's|now|//) {many} <calls|phone calls|emails|messages|
            chats|attempts|visits>""",
        """{many} <calls|phone calls|emails|messages|chats|attempts|visits|tickets|agents|letters> // ..2 (?:and|later|
            no|different|nobody|still|none|not)""",
        "(?:how|so|this|that|too) many (?:more )?<times> ..4 (?:do|must|have|has|can|will|i|we|now)",
        "<dozens of times|countless times|over and over|time and again|again and again|on repeat>",
    ),
    *complaint(
        "you keep doing it",
        0.7,
        r"""{company} <keep|keeps|kept> ..1 (?!up\b|working\b|going\b|improving\b|\w*ing (?:us|me) (?:updated|informed|
            posted))\w+ing""",
        """<keep|keeps|kept> (?:charging|billing|sending|saying|telling|asking|changing|cancelling|canceling|losing|
            ignoring|hanging|closing|putting|pushing|moving|blaming|transferring|passing|promising|delaying|bouncing|
            giving me|getting (?:sent|told|charged|bills|the same|transferred|disconnected|delayed)|being (?:told|sent|
            charged)|having to)""",
    ),
    *complaint("it keeps happening", 0.3, "(?:i|we) <keep|kept> (?:getting|having|receiving|calling|asking|being)"),
    *complaint(
        "every time",
        0.6,
        """<every time|everytime|each time> (?:i|we) (?:call|contact|write|ask|order|phone|ring|fly|travel|email|speak|
            book|deal|try to (?:reach|call|contact)|talk|have to)""",
        "<every single> (?:time|day|month|week|flight|morning|call|order|delivery)",
        """<every time|each time|every month|every week|each month> ..2 (?:another|new|different|higher|more|the same|
            something|someone|you (?:charge|send|say|tell))""",
        """<every|each> (?:one|person|agent|rep) ..4 (?:different|something else|another|someone else|tells|told|says)""",
    ),
    *complaint(
        "again",
        0.6,
        """(?:delayed|cancelled|canceled|down|lost|wrong|late|charged|messed up|screwed up|rescheduled|disconnected|
            ignored|off|delay|delays|suitcase|bag|bags|luggage|payday) // <again>""",
        "(?:lost|cancelled|broke|missed|delayed|overcharged|failed) ..4 <again>",
        "(?:here we go|yet|once) <again>",
        "<again>!{2,}",
    ),
    *complaint(
        "still",
        0.6,
        r"""<still> (?:no|nothing|nobody|none|haven't|hasn't|havent|hasnt|not (?:heard|received|fixed|resolved|arrived|
            been)|have not|has not|have no|waiting|on hold|on the (?:phone|runway|tarmac|plane|ground)|being|(?:get|
            getting) bill\w*|bill|billed|charging|charge|taking|stuck|sitting|unanswered|unresolved|missing|without|
            refus\w+|ignoring|owed)""",
        """(?:is|are|am|how|why) ..4 <still> (?:an issue|a problem|not|broken|happening|going on|possible|being|so|
            getting|down|out|delayed|paying|waiting)""",
    ),
    *complaint(
        "another one",
        0.6,
        r"""<another|yet another> (?:delay|excuse|cancellation|cancelled|canceled|delayed|charge|fee|lie|outage|mistake|
            surprise|mechanical|failure|bill|(?:week|day|month) of|
            broken|wasted|missed|lost)""",
    ),
)
