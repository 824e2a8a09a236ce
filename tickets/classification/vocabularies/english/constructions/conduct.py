"""What was done to the customer: promises, money, lost things, being passed around, bad treatment."""

from tickets.classification.vocabularies.english.constructions.phrasing import complaint

_HARM = """lost|broke|damaged|destroyed|ruined|cancelled|canceled|deleted|ignored|ignore|ignores|blocked|left|denied|
            refused|refuse|refuses|lied|lie|overcharged|stole|took away|take away|dropped|misplaced|lose|forgot|messed|
            screwed|kicked|bumped|downgraded|raised|put up|split|blamed|failed|fail|treated|treat|wasted|waste|
            abandoned|threw|sold|robbed|scammed|cheated|tricked|misled|insulted|laughed|yelled|shouted|screamed|mocked|
            shrugs|shrugged|stranded|dumped|closed|froze|rebooked|overbooked|wrecked|smashed|crushed|mishandled|
            gave away|sent my|sent our|double charged"""

PATTERNS = (
    *complaint(
        "done to a customer",
        0.8,
        f"""{{company}}(?:'ve| {{just}}){{0,2}} <{_HARM}>(?= (?:{{my}}|twice|about|at|up|to|off|out|people|customers|
            flights?|bags?|yet|another)| ?[.!]| ?$)""",
        f"(?:just|then|now) <{_HARM}> (?:my|our|me|us)",
        """<told me nothing|tell me nothing|told us nothing|charged me twice|charged us twice|charged me double|
            treated like>""",
        "(?:you|they|driver|agent|he|she|courier|support|rep|staff) <lied>",
    ),
    *complaint(
        "left alone",
        0.8,
        """<left|leaving|leave|leaves> ..2 (?:me|us|customers?|passengers?|people|family|kids|mother|
            parents) ..4 (?:stranded|without|waiting|with no|with nothing|in the (?:dark|cold|rain)|in a|hanging|alone|
            out of|high and dry|behind|stuck|on hold)""",
        """<stuck|stranded> (?:here |now |again |overnight )?(?:in|at|on) ..3 (?:airport|runway|tarmac|gate|plane|
            station|terminal|hotel|because|due|until)""",
        r"<stuck|stranded> (?:here|overnight|in \w+ (?:overnight|because|with))",
        "<stranded>",
        "<left out in the>",
    ),
    *complaint(
        "money taken",
        0.7,
        r"""(?:you|they|u|@\w+|gym|bank|company|still|keep|keeps|been|being|just|got|was|me) <charged|charging|billed|
            billing|debited|charge> ..3 (?:twice|double|again|without|extra|more than|even though|although|despite|
            for nothing)""",
        "<billed|charged|charging|billing|taking|took> ..6 after (?:i|we) ..1 (?:cancelled|canceled|left|returned)",
        "(?:still|keep|keeps|being|been) <billed|charged|charging|billing> ..8 (?:cancelled|canceled)",
        """(?:taking|took|takes|take|steal|stealing|kept|keep|keeping|holding|stole|want|taken) ..1 <my money|
            our money|my hard earned money|people's money|customers money>""",
        "<my own money|hidden fees|hidden charges|highest price|money grab|cash grab|rip-off>",
        """<paying|pay|paid|bill us|charge us|charge me|bill me> ..4 for (?:nothing|air|no service|(?:a service|
            something) (?:i|we) (?:don't|can't|never))""",
        "not ..3 <we paid for|i paid for|we pay for|i pay for|we're paying for>",
        "<paying|pay|paid> ..5 (?:and|but|yet) ..2 (?:can't|nothing|no|not|still|never)",
        "<paid extra|pay extra>",
        """<raised|put up|increased|hiked|jacked up|doubled|tripled|raise|increase|upped|raising> ..2 (?:the |my |
            our )?(?:price|prices|bill|fee|fees|rates?)""",
        """<bill|price|bills|prices|rate> (?:has |have |just )?(?:doubled|tripled|went up|gone up|went ..2 from|jumped)""",
        "want ..1 <me to pay|us to pay>",
        "<get what you pay for|get what i pay for>",
    ),
    *complaint(
        "something lost or missed",
        0.6,
        """(?:have|just|will|gonna|to|up|me|us|now|and|we|i|i'll|i've|so|almost|nearly|//) <miss|missed|missing> (?:my|
            our|the|a|his|her) ..2 (?:flight|connection|connecting|train|meeting|wedding|funeral|event|appointment|
            party|birthday|interview|vacation|holiday|cruise|game|concert|rehearsal)""",
        r"""<lost|losing|wasted|cost|costs|costing|lose> (?:me |us )?(?:an?|half an?|two|three|\d+|another|my|our|
            thousands|hundreds|hours|whole|all my|the whole|so much|full) ..1 (?:days?|hours?|week|sales|orders|work|
            money|customers|time|business|vacation|holiday|afternoon|deal|client|euros|dollars|pounds|of)""",
        "<ruined|ruining|ruins|ruin> (?:my|our|the|his|her)",
        """(?:my|our) ..1 (?:bag|bags|luggage|suitcase|baggage|parcel|package) ..3 <missing|lost> (?:since|for|again|
            and|somewhere)""",
        """<lost my|lost our|losing my|lose my> ..1 (?:luggage|bags?|suitcase|baggage|reservation|booking|order|files|
            data|documents|stroller|seat|items?|stuff)(?= // (?:again|and|you|they|twice|now|no|still|@))""",
        "<never showed|never showed up|never came|never turned up|didn't even ring|didn't show|no show>",
    ),
    *complaint(
        "passed around",
        0.9,
        """<sent|passed|transferred|bounced|pushed|handed|referred|moved|tossed|shoved> ..3 (?:from|
            between) ..1 (?:one|department|person|agent|team|place|desk|people|departments|agents|teams)""",
        "<passed|bounced|shuffled|tossed|transferred|sent|passing> (?:me |us )?around(?! the)",
        "<in circles|round in circles>",
        "<back and forth|runaround|run around|pillar to post|wild goose chase>",
        """<transferred|bounced|passed|referred> ..2 (?:{many} (?:times|people|agents|departments)|to the wrong|
            to someone who|to another (?:agent|department|person|team|rep))""",
    ),
    *complaint(
        "bad treatment",
        1.0,
        "<yelled|yelling|shouted|screamed|screaming|laughed|laughing|smirked|snapped|shouting> (?:at|in my)",
        "(?:like|as) <dirt|cattle|criminals|a criminal|garbage|idiots|an idiot|a number|animals>",
        "(?:bad|rude|terrible|horrible|such|with|awful|nasty) (?:an )?<attitude|attitudes>",
        "<rolled her eyes|rolled his eyes|rolled their eyes|snarky|sarcastic|mocked>",
        "(?:was|were|being|been|get|got|completely|totally) <ignored>",
        """<how you treat|how they treat|way you treat|way i was treated|way we were treated|how i was treated|
            how we were treated|treat people|treat customers|treat your customers>""",
    ),
    *complaint(
        "nothing came of it",
        0.6,
        """<got nowhere|get nowhere|getting nowhere|going nowhere|goes nowhere|went nowhere|means nothing|square one|
            exactly where we started>""",
        """(?:yet|but|so far|absolutely|done|doing|does|did|heard|got|getting|get|and|told {me}|for|still|
            is) <nothing>(?: // | (?:happens|changes|changed|works|is (?:done|being))|$)(?! (?:to do|else|
            urgent|new|special))""",
        """<nothing> (?:has|was|is|gets|got|ever) (?:ever )?(?:changed|done|moved|been|being|fixed|resolved|
            happens)""",
        "<nothing but> (?:trouble|problems|excuses|issues|lies|hassle|delays|errors|headaches|bad)",
        "<can't get anything|nobody gets anything>",
        "(?:all|only thing) you ..1 <say is|do is|tell me is>",
    ),
    *complaint(
        "not able to do the job",
        0.6,
        """{company}(?: {just}){0,2} <can't find|can't keep|can't get|can't even|cannot even|can't handle|can't manage|
            can't seem|can't figure|don't know|doesn't know|has no idea|have no clue|has no clue|couldn't even|
            can't be bothered|don't care|doesn't care|haven't read|hasn't read|don't read|can't help|couldn't help|
            could not help|can't tell|didn't care|don't seem|doesn't seem|won't help|won't let|didn't bother|
            don't bother>""",
        "(?:had|you've|have) <one job>",
        "<nonexistent|non existent|non-existent|understaffed|get their act|shit show|shitshow|clown show>",
        "told ..2 <can't help|can't do anything|nothing you can do|nothing they can do|nothing i can do>",
        "<instead of> (?:answering|helping|fixing|listening|reading|sending me|resolving|sending us|doing)",
        "(?:gave|given|sent|send|delivered|charged|told|took) ..3 <wrong> ..3 (?:again|twice|time)",
        "<wrong again|wrong twice>",
    ),
    *complaint(
        "a broken promise",
        0.7,
        r"""(?:you|u|was|were|been|they|we're|we were|agent|rep|me|us|@\w+|company|never|had|//) <promised|guaranteed|
            assured>""",
        r"<promised> (?:me|i|we|us|a|an|it|that|to|by|delivery|refund|\d|within|discount)",
        """<told|said|supposed|meant|scheduled>(?! nobody| nothing| no one) ..12 (?:never|nothing|nobody|still (?:no|
            not|nothing|waiting)|no one|no show|didn't (?:come|show|happen|arrive|call)|hasn't (?:come|been|happened|
            arrived|called))""",
        """<told|said|supposed|meant|scheduled> ..9 // (?:it's|it is|that was|now it's|today is|then) ..1 (?:been|day|
            week|now|{moment}|{many}|two)""",
        "<told> ..2 (?:different|a different|another|something different|something else|{many} different)",
        """(?:to be|being|be|just|only|now|rep|agent|agents|person|service|support|they) <told|told me|
            told us> ..4 (?:can't|cannot|no|nothing|not|to wait|wait|sorry|to be patient|there is nothing)""",
        """<should have been|should've been|should have arrived|should have come|should have told|should have known|
            should've told>""",
        "<next day|same day|overnight> delivery (?:they|you|my|//)",
        "<you said> ..10 (?:but|yet|lied)",
        "<lied about|lied to>",
    ),
)
