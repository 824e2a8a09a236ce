"""Nobody answers: no reply, no person to talk to, no word of explanation."""

from tickets.classification.vocabularies.english.constructions.phrasing import complaint

_ANSWER = """answer|answers|answered|reply|respond|responded|replied|call back|called back|got back|get back|ring|
            show up|showed up|showed|turned up|bother|bothered|followed up"""
_NOUN = """answer|answers|reply|replies|response|responses|word|apology|explanation|updates|communication|callback|
            call back|acknowledgement|sympathy|accountability|follow up|empathy|notification"""

PATTERNS = (
    *complaint(
        "nobody helps",
        0.8,
        r"""<nobody|no one|noone|no-one|not one person|none of you> ..5 (?:answer\w*|pick(?:s|ed|ing)?|respon\w+|
            repl\w+|calls?|called|tells?|told|explain\w*|helps?|helped|cares?|cared|fix\w*|came|comes?|show\w*|
            bother\w*|seems?|listen\w*|turn\w*|reads?|knows? (?:what|why|anything|how)|knew|wants? to|informed|warned|
            contacted|around|available|asked for|follow\w*|took|apologi\w+|does anything|did anything)(?! (?:log|
            sign) in)""",
        """<nobody|no one|noone> (?:(?:is|was) )?(?:at|on|in) the (?:counter|phone|desk|chat|gate|line|store|branch|
            other end|front)""",
        r"""<nobody|no one|noone> (?:has|have|will|can|could|would) (?:called|answer\w*|replied|respond\w*|come|been|
            contacted|told|help|tell|explain)""",
    ),
    *complaint(
        "no answer",
        0.8,
        f"""(?:never|didn't|doesn't|don't|won't|hasn't|haven't|refuses? to|wouldn't|didnt|doesnt|dont|wont|
            couldn't) ..1 (?:even )?<{_ANSWER}>""",
        f"""(?:no|not a|not one|not even a|without a|without an|without any|zero|no one|never an?) (?:single |
            real )?<{_NOUN}>(?! from the (?:server|device|printer)| (?:needed|necessary|required))""",
        """(?:with|get|got|getting|still|there's|is|and|//) <no answer|no response|no reply|no help|no info|
            no information|no support|no service>(?! from the (?:server|device|printer)| needed)""",
        "<all i get|all you get|all i got|all we get|all i hear> (?:is|are|was)",
        """<messages|emails|calls|complaint|ticket|tweets|mails|requests> (?:remains?|go|goes|are|have been|been|
            is) (?:unanswered|ignored)""",
    ),
    *complaint(
        "cannot reach anybody",
        0.8,
        r"""(?:can't|cannot|can not|unable to|impossible to|trying to|tried to|no way to|couldn't|good luck|let me|
            let us|difficult to|hard to|cant|could not|never|without|able to|luck) (?:\w+ )?<reach|reaching|get through|
            getting through|get hold of|get ahold of|get a hold of|getting hold of|speak|talk|get in touch|contact|
            get in contact> ?(?:to |with |of )*(?:{person})""",
        """(?:can't|cannot|unable to|impossible to|trying to|tried to|couldn't|hard to|cant|impossible) <get through|
            get hold|get an answer|get a straight answer|get any help|get a human|get anyone|get help|get a person|
            get ahold>""",
        r"""<talk to|speak to|speak with|talking to|speaking to> (?:a human|a real (?:person|human)|an actual (?:person|
            human)|a live \w+|a wall|a machine)""",
        """<getting through|get through|getting hold of|getting an answer> (?:to (?:anyone|anybody|someone|a person)|
            is impossible)""",
    ),
    *complaint(
        "cut off",
        0.8,
        "<hung up|hang up|hangs up|hanging up|hung up on|hang up on>(?: (?:on )?{me})?(?! the)",
        """(?:then|and|was|got|me|been|get|just|call|keep|keeps|getting) <cut off|disconnected|disconnects|
            disconnecting>(?! (?:the|from|my|our))""",
        "<goes dead|went dead|rings and rings|rang and rang|rings out>",
        "(?:goes|went|straight|only|just|right) ..2 <voicemail>",
        "(?:just|only|nothing but) an? <recording|answering machine>",
    ),
    *complaint(
        "only automated replies",
        0.7,
        """(?:get|got|getting|all|only|just|another|your|these|those|sends?|sent|same|with) ..3 <automated|automatic|
            copy paste|copy and paste|canned|generic|scripted|boilerplate|template|robotic> ..1 (?:answers?|reply|
            replies|responses?|messages?|mails?|emails?|e-mails?|lines?)""",
        """<same> ..1 (?:automated|answers?|reply|replies|responses?|emails?|excuses?|story|script|nonsense|
            problem over|issue over)""",
        """(?:talking|speaking|talk|speak|stuck|arguing|deal|chat) (?:to|with|in) (?:a |your |the |an )?<bot|bots|
            chatbot|robot|robots|wall|loop>""",
        "<chat bot|chatbot|bot> ..3 (?:keeps|circles|useless|doesn't|can't|loop)",
    ),
    *complaint(
        "without a word",
        0.7,
        """<without> (?:any |a |even |ever |so much as |my |our |first )*(?:notice|warning|telling|asking|informing|
            notifying|explanation|reason|apology|word|answer|response|permission|consent|reading|checking|listening|
            help|saying)""",
        """<no reason|no good reason|no apparent reason|no valid reason|no warning|no notice|no explanation|no apology|
            no communication|no accountability>(?! to| for (?:concern|worry))""",
    ),
    *complaint(
        "no this, no that",
        0.8,
        r"<no|zero> [\w-]+(?: [\w-]+){0,2} // (?:and |just |also |or |still )?(?:no|zero) [\w-]+",
    ),
)
