"""Sarcasm: thanks and praise for something bad. Positive words inside such a construction do not count."""

from tickets.classification.vocabularies.english.constructions.phrasing import complaint

_THANKS = """thanks|thank you|thx|congrats|congratulations|kudos|well done|bravo|great job|good job|nice job|great work|
            nice work|props"""
_BAD_DEED = """ruining|wasting|losing|cancell?ing|ignoring|breaking|messing|screwing|delaying|stranding|hanging up|
            charging|overcharging|costing|lying|taking my|destroying|damaging|treating|(?:leaving|letting|keeping|
            making) (?:me|us|my|our) (?:down|sit|wait|waiting|stuck|on hold|in the dark|on the|miss|late|feel like|
            without|stranded|behind|at)"""
_BAD_THING = r"""nothing|the delays?|the (?:awful|terrible|horrible|worst|lousy|crappy|bad|poor|lost|cancelled|ruined|wasted|
            headache|mess|runaround|broken|canned|lack|long|\w+ hour|\d+ hour)|another|yet another|an? (?:terrible|
            horrible|awful|ruined|wasted|lousy|miserable|cancelled|\d+ hour)|(?:no|zero) \w+|my lost"""
_BAD_END = r"""nothing|don't|doesn't|not|never|nobody|no one|sorry|care less|lost|delay\w*|cancel\w*|ignor\w+|instead|hung|
            on hold|waste|delete|can't|won't|worthless|hours|empty|still|broken|late|waiting|stuck|refuse|tarmac|runway|
            hour"""

_WENT_WRONG = r"""(?:is|are|was|went|been|still|goes) (?:\w+ )?(?:down|broken|late|dead|empty|lost|wrong|locked|gone|stuck|
            delayed|cancelled|canceled)|broken|crash\w*|errors?|lost|lose|losing|missing|stuck|not work\w*|
            doesn't work|stopped working|no (?!more|longer|problem|issue|wonder|one|matter)\w+|nothing|nobody|delay\w*|
            cancel\w*|out of order|twice|still (?:not|no|waiting)|locked out|floor|missed|miss|waiting|tarmac|
            hung up|on hold"""

PATTERNS = (
    *complaint(
        "sarcasm",
        3.0,
        rf"""<{_THANKS}> (?:again |a lot |so much |guys |@\w+ )*(?:for|on|at|by) (?:completely |totally |not |just |
            all )?(?:{_BAD_DEED}|{_BAD_THING})""",
        rf"<{_THANKS}> // (?:@\w+ )?you(?:'ve| have)? (?:just |really )?(?:lost|ruined|managed to lose|broke|wasted)",
        f"<{_THANKS}> ..3 (?:you suck|lost another|lost a)",
        "<way to> (?:ruin|lose|screw|treat|mess|destroy|waste|keep|run|break|kill|go @)",
        f"""<glad|happy|good|nice|great|lovely|wonderful|cool|fun> (?:to (?:know|see|hear|find)|how|of you to|when|
            you're) ..9 (?:{_BAD_END})""",
        f"""<love|loving|enjoying|love it> (?:when|how|that|being|sitting|waiting|paying|getting|spending|
            standing) ..8 (?:{_BAD_END})""",
        """<great|wonderful|awesome|fantastic|brilliant|lovely|perfect|nice|excellent|yay|wow|cool|
            super> // (?:another|just what (?:i|we) (?:needed|wanted)|yet another|now (?:i|we|my|our|the|they|you|
            it's) (?:can't|cannot|won't|have|has|am|are|will|late|miss)|still (?:no|not|waiting)|more delay|delayed|
            no (?:wifi|food|response|answer|help)|{count} (?:hours?|hour|minute|minutes|hr) (?:delay|late|wait))""",
        r"""<great|wonderful|awesome|fantastic|excellent|amazing|best|brilliant|lovely|nice|stellar|
            top notch> (?:way to|start to|job|service|customer service|work|experience|communication|planning|
            going)(?: // | @\w+| guys| there){0,2} ..2 (?:ruin|treat|lose|lost|never|delayed|hung|another|still no|
            losing|\d+ hours|(?:two|three) hours|you've|messing|as usual|canceled|cancelled)""",
        """(?:just|real|real|how|oh|that's) <classy|just great|just perfect|just lovely|great|wonderful|lovely|perfect|
            professional>(?= ?$| ?[.!]{1,3} ?(?:$|@|now|another|no|not|my|you|first|flight))""",
        """<real nice|real classy|nice try|oh great|oh joy|just great|just perfect|just lovely|how lovely|
            how convenient|thanks a lot for|thanks a bunch for>(?= ?$| ?[.!]| @)""",
        f"""<well done|bravo|great job|good job|nice job|great work|nice work|nice one|congrats|congratulations|kudos|
            good work|way to go|slow clap|brilliant idea|great idea|thanks a lot|cheers> // ..8 (?:{_WENT_WRONG})""",
        rf"""(?:{_WENT_WRONG})(?: [\w']+){{0,6}} // <well done|bravo|great job|good job|nice job|great work|nice work|nice one|congrats|
            congratulations|kudos|way to go|slow clap|thanks a lot|thanks guys|cheers|brilliant|fantastic|awesome|
            great service|great customer service|love it|just great|what a great|great stuff|top job|
            good one>(?=(?: (?:@|#)?\w+){{0,2}} ?[.!]{{0,3}} ?$)""",
        r"""<good to see|great to see|nice to see|good to know|nice to know|great to know|glad to see|glad to know|
            love how|love that|love when> ..12 (?:while|but|no \w+|nothing|never|nobody|don't|can't|still|time to|not|
            late|lost|isn't|doesn't)""",
        "<just wow|wow just wow|oh wow|wow just|well that's just>(?! (?:amazing|great|love|thank))",
        r"""<wow> (?:@\w+ )?(?:just|really|so (?:now|you|the|they)|no|not|your|way|what a (?:joke|mess|way)|you (?:really|
            just|guys (?:really|are)|lost|can't|don't))(?! (?:amazing|great|love|thank|wow this))""",
        "<slow clap|golf clap>",
        r"<nailed it>[^\n]{0,40}(?:broken|no|cold|late|lost|delayed)",
    ),
    *complaint(
        "so much for",
        1.0,
        r"""<so much for>(?<!thanks\x20so\x20much\x20for)(?<!you\x20so\x20much\x20for)(?! (?:helping|fixing|being|
            taking|getting|everything|(?:the|your|all) (?:help|quick|great|fast|time|support|advice)))""",
    ),
    *complaint(
        "your call is important",
        1.0,
        "<important to us|call is important>(?! that| to)",
        """(?:don't|do not|doesn't|clearly) ..2 <care about your customers|value your customers|care about customers|
            value customers|value my time>""",
        "<my time|our time> (?:is worth|means|has no value|isn't)",
        "<wasting my time|wasting our time|wasted my time|wasted our time|waste of my time|waste my time>",
    ),
    *complaint(
        "good luck with that",
        0.8,
        "<good luck> (?:getting|trying|reaching|finding|with|to anyone|if|talking|ever)",
        "<yeah right|pfft|lmao|facepalm|eye roll>",
        "<come on|cmon>(?= ?[,!?]| ?$| @| guys| man)",
        r"<seriously|really>(?= ?\?| ?!{2,}| ?\.{3})",
    ),
)
