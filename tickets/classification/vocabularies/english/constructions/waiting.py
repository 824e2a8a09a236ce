"""Waiting, with a length: hours on hold, two weeks and nothing."""

from tickets.classification.vocabularies.english.constructions.phrasing import complaint

_NOT_RIGHT = r"""(?:no|not|nothing|without|missing|frozen|blocked|locked|off|down|out|broken|stuck|moved|wrong|review|
            pending|unresolved|unanswered|dead|lost|bounced|patient|heating|water|power|internet|signal|billed|bill|
            hasn't \w+|haven't \w+|me|us)"""
_FOR = "(?:for|in|after|over) (?:over |the past |the last |almost |more than )?"

PATTERNS = (
    *complaint(
        "on hold",
        1.0,
        "<on hold|in the queue|in queue|in your queue> ..4 (?:{unit}|{minutes}|forever|ages)",
        "(?:{unit}|{minutes}|forever|ages) ..2 <hold|queue>",
        "(?:put|left|kept|been|was|stuck|still|sitting|sat) ..2 <on hold>",
    ),
    *complaint(
        "a long wait",
        0.8,
        """<waiting|waited|wait|sat|sitting|stuck|stood|standing|trying|chasing> ..5 (?:(?:{count}|over|for) {unit}|
            {minutes})""",
        """<waiting|waited|wait|sat|stuck> ..2 (?:forever|ages|(?:all|the entire|the whole|entire|whole) (?:day|
            morning|afternoon|weekend|week|night))""",
        "(?:been|still|kept|keep|left|are|am) <waiting|stuck|trying|chasing|sitting> ..7 since {moment}",
        "<waiting|trying|chasing|sitting|calling|waited> (?:here )?since",
        "(?:kept|keep|keeps|left|had) {me} <waiting|wait>",
        "{count} {unit} ..2 <wait|waiting|waited>",
        "{minutes} ..2 <wait|waiting|waited>",
        "<forever|ages> (?:to (?:get|answer|reply|load|respond|arrive)|for (?:a|an|any|my|the))",
    ),
    *complaint(
        "a long time and nothing",
        0.8,
        "{count} <{unit}> (?:later(?! than)|and counting|straight|ago // (?:and|still|nothing))",
        """(?:{many}|two|2|1) <{unit}>(?: now| already| and| of| ago)? // ..2 (?:still|no|not|nothing|nobody|none|
            without|never|haven't|hasn't|neither)""",
        "{count} <{unit}> ago ..6 (?:still|nothing|nobody|never)",
        "{count} <{unit}> (?:now|already)",
        "(?:taking|took|waste|wasted|lost|spent|spend) ..3 {many} <{unit}>",
        """(?:over|more than|almost|nearly) {count} <{unit}>(?: now| already)? // ..1 (?:to|and|for|still|later|
            without|since|i|we|no)""",
        "{count} <{days}> (?:later|for a|for my|for one|for nothing|without)",
        "<{days}> (?:of (?:waiting|calls|calling|nothing|emails|excuses|promises)|on end)",
    ),
    *complaint(
        "a long time",
        0.6,
        "(?:over|for|after|almost|nearly|past|last|has been|have been) {count} <{days}> (?:now|already)",
        "(?:it's been|it has been|has been|now been|been) {many} <{days}>",
        f"{_NOT_RIGHT} ..3 {_FOR} (?:{{count}} )?<weeks|months|years|month|year|week>",
        """(?:broken|waiting|asking|complaining|missing|chasing|for) <weeks|months|years|ages|days> (?:and|now|with|
            without|but)""",
        "(?:broken|waiting|asking|complaining|down|missing|chasing) for <weeks|months|days|years|ages>",
        r"(?:it's|it is|now on|this is|on) <day|week|month> (?:\d+|two|three|four|five|six|seven|eight|nine|ten)",
        r"""(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|[3-9]rd|[3-9]th|\d\dth) <day|week|month|night|
            hour> (?:without|of|in a|and|with|now)""",
        """(?:{me}|no heating|no heat|no power|no water|no electricity|no internet|no signal) ..3 for {count} <days|
            nights>""",
    ),
    *complaint("several days", 0.4, f"{_NOT_RIGHT} ..3 {_FOR} (?:{{count}} )?<days|nights>"),
    *complaint(
        "a long delay",
        0.6,
        "(?:{many}|two|2)(?: |-)?(?:hour|hours|hr|hrs|day|days|week|weeks|month|months) ..1 <delay|delayed|late>",
        "<delayed|late|delay> (?:by )?(?:another )?(?:{many}|two|over {count}|another) {unit}",
        """(?:another|yet another|endless|constant|more|always|constantly|again|keeps getting|every flight|
            further) <delay|delays|delayed|late>""",
        "<delayed|late|delays|delay> (?:again|and again|for the|another|after (?:delay|another|being)|yet)",
    ),
    *complaint(
        "waiting since",
        0.6,
        """(?:trying|calling|asking|complained|complaining|missing|patient|heard|nothing|waiting|
            delivery) ..6 <since> ..1 {moment}""",
    ),
    *complaint(
        "a lost day",
        0.7,
        """<all day|all morning|all night|all afternoon|all evening|entire day|whole day|entire morning|whole morning|
            all weekend> (?:for|and|waiting|without|on|trying|//)""",
        """(?:waited|waiting|down|off|sat|stuck|wait|been) ..4 <all day|all morning|all night|all weekend|
            entire day|whole day|overnight>""",
        "(?:took|taken|take|lost|wasted|missed|burned) ..1 <day off|day of work|morning off|afternoon off|a day>",
        """(?:ruined|ruining|wasted|wasting|spent) ..3 <day|morning|evening|night|afternoon|weekend|holiday|vacation|
            trip|honeymoon|birthday|christmas>""",
    ),
)
