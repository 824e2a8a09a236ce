"""Reproaches: questions that expect no answer, and saying that one leaves."""

from tickets.classification.vocabularies.english.constructions.phrasing import complaint

PATTERNS = (
    *complaint(
        "a reproach as a question",
        1.0,
        """<how is this|how is that|how is it|how are you|how does this|how does that|how does it|how does a|
            how can you|how can this|how can it|how can they|how can a|how could you|how do you> ..2 (?:still|even|
            acceptable|okay|normal|legal|so (?:hard|bad|slow|difficult)|not|possible|possibly|expect|sleep|lose|be this|
            be so|justify|just|treat|charge (?:me|us)|cancel|take)(?! do| far| many)""",
        """<how hard is|how hard can|how difficult is|how difficult can|how many more|how much longer|how dare|
            how on earth|how the hell|how come you|how come i|how come nobody|how come no one|how come my|how come it|
            how long am i|how long are we|how long must|how long will you|how many times>(?! a day)""",
        r"""<why is|why does|why do|why did|why are|why am i|why was|why has|why have|why should|why must|
            why would> ..4 (?:so (?:hard|difficult|long|slow|bad|rude|complicated|much)|still|every time|always|never|
            keep|not (?:answer\w*|respond\w*|fixed|telling|been)|ignoring|takes? (?:so|{many}|over|forever)|taking so|
            nobody|no one|even|have to (?:wait|call|pay|go|chase))""",
        """<why can't|why won't|why don't|why hasn't|why isn't|why didn't|why haven't> (?:you|your|u|they|anyone|
            anybody|someone|somebody|nobody|ur|customer service)(?! (?:offer|have a|just))""",
        """<why even|why bother|why on earth|why the hell|why tell|why offer|why advertise|why pretend|why is nobody|
            why is no one|why in the world>""",
        """<when are you|when will you|when will this|when will it|when will i|when do you|when can we|
            when are we> ..2 (?:going to (?:fix|get|do|stop|start|answer)|gonna|ever|finally|fix|actually|get (?:off|
            around)|expect|stop)""",
        """<what kind of|what sort of|what in the> (?:a )?(?:company|service|business|customer|airline|bank|support|
            people|joke|world|hell|place)""",
        r"<what is wrong|what's wrong> with (?:you|your|this|these|@\w+)",
        """<what is the point|what's the point|what the hell|what the heck|what are you doing|what's your excuse|
            what good is|what use is|what a joke|what a mess|what a shame|what a waste|what a disgrace|what a load|
            what a nightmare|what a disaster|what an awful|what a terrible|what a horrible>""",
        "<what am i|what are we|what exactly am> paying",
        "<who does that|who thought|who approved|who trained>",
        """(?:is|are) <anyone there|anybody there|anyone home|anyone working|anyone actually|anybody actually|
            anyone going to|anybody going to|anyone ever|anybody reading|anyone reading|someone going to|this thing on>""",
        "<anyone there|anybody there|anyone home|what now|what next|where is the service|pick one>(?= ?[.?!]| ?$)",
        "<are you going to|are you guys going to|are you gonna|are you ever> ..1 (?:tell|fix|do|say|help|let|answer|ever)",
        """<why do i|why do we|why am i|why are we|why should i> ..1 (?:pay|paying|bother|still|even|need to (?:call|wait|
            repeat)|keep|on (?:the|hold)|sitting|waiting|always)""",
        "<how do you|how did you|how can you|how could you|how can a> ..2 (?:lose|lost|mess|screw|run out|break|forget|oversell|miss)",
        r"(?:can|could|will|would) you <stop> ..1 \w+ing",
        "<stop> (?:cancelling|canceling|charging|sending|losing|lying|ignoring|delaying|calling|changing|wasting|blaming|pretending)",
        """<no idea how to|no clue how to|don't know how to|learn how to|learn to|know how to> (?:run|treat|manage|
            handle|do (?:your|their)|operate|communicate|schedule)(?! (?:this (?:app|feature)))""",
        """<train your|hire some|hire more|hire someone|hire better|do your job|do your jobs|invest in|get with the|
            wake up|get someone who|get people who>(?! (?:call|service))""",
        "<rather> ..1 (?:walk|drive|swim|crawl|die|pay more|take the (?:bus|train)|fly (?:with )?(?:anyone|any|another))",
        "<i need my|we need our|i want my|just want my|give back my|where is my|where's my> (?:damn |own )?(?:money|stuff|cash)",
        """<do you even|do you ever|do you guys even|do you guys ever|do you guys actually|does anyone at|do y'all|do yall|
            do you people|do you not|do you really|do you think|do u even|
            do u ever|do you enjoy|does anyone there|does anybody there|does anyone actually|does anyone even|
            does anyone ever|does anybody even>(?! (?:offer|have|support|ship|sell|deliver))""",
        """(?:is|are) <this a joke|this how|this really|this the way|this acceptable|this some kind|
            this for real|this even|this legal|that how you|it too much|it really that|it that hard|
            it so hard|it normal that>(?! (?:i|we|to) (?:do|use|set|get|change|add))""",
        """<can someone|can somebody|can anyone|can anybody|can you|will someone|will anyone|could someone|
            can u> (?:please )?(?:actually|finally|at least|explain why|just (?:answer|fix|tell|do|give))""",
        """<are you serious|are you kidding|are you for real|are you even|are you people|are you joking|are you ever|
            are you out of|are you blind|are you insane|are you incompetent|you kidding me|don't you think|
            don't you care|don't you people|shouldn't you|shouldn't this|shouldn't it|shouldn't have to|
            shouldnt have to|should not have to|would it kill>""",
    ),
    *complaint(
        "leaving",
        0.8,
        r"""(?:never|not|won't|wouldn't|don't|last time|dont|wont) ..3 <fly|flying|book|booking|buy|buying|order|
            ordering|use|using|deal|dealing|shop|recommend|return|stay|travel|bank|rent|trust> ..4 (?:again|with|anyone|
            here|this (?:company|airline|bank|app)|@\w+|another)""",
        """<last time i|last time we|last time you|last time flying|last time ordering|final time i|last straw|
            never again>(?! (?:checked|logged|looked|used it|updated|visited))""",
        r"""(?:so|i'm|i am|we're|we are|am|officially|im|just|totally) <done>(?= with (?:you|this|@\w+|them|
            your)| ?[.!]| ?$| @)""",
        r"""(?:looking (?:at|for|into)|switch\w*(?: over)? to|moving to|going to|go to|find|finding|look for|
            chang\w+ to|move to|taking .{0,20}to) <another provider|other providers|other vendors|another vendor|
            another supplier|another bank|another airline|other airlines|another company|a competitor|your competitor|
            the competition|your competitors|new provider|a new provider|new bank|a new airline>""",
        """<uninstalled|uninstalling|uninstall it|stopped using|want out|out of this contract|at this point|give up|
            giving up|given up>(?! smoking)""",
        "<losing|lose|lost> ..3 (?:customers?|business|flyer|client)(?! (?:data|record|number|list))",
        "<regret> (?:this|booking|buying|choosing|switching|ever|flying|ordering)",
        r"<avoid> (?:this|these|@\w+|them|at all|like)",
        """<cancelling|canceling|cancelled|canceled|cancel> (?:my|our) (?:membership|account|subscription|contract|
            service|card) (?:because|over|due|and (?:going|moving|switching))""",
        "<not how you|not the way to|no way to> (?:treat|run|do business)",
        "<better off> (?:with|without|walking|driving|taking)",
        """<expected more|expected better|expect better|expect more|used to be good|used to be great|gone downhill|
            going downhill|went downhill>""",
    ),
    *complaint(
        "a reproach",
        0.8,
        """<should not|shouldn't|shouldnt|shouldn t> (?:have to|take|be (?:this|so|allowed|charged|paying|waiting)|
            require)""",
        """(?:is|it's|this) ..2 <getting old|getting ridiculous|a downgrade|a joke|a disgrace|unreal|a scam|too long|
            poor|beyond a joke>""",
        "(?:took|takes|taking|wait|waited|waiting|taken|this|been|way|far) (?:way |far |much )?<too long>",
        """<get it right|get your act|get your shit|get it together|step it up|do better|get a grip|had enough|
            sort it out|sort yourselves out|pull yourselves>""",
        r"<fix it|fix this|fix your \w+>(?= ?[!]| ?$| already| now)",
        """<zero stars|zero help|zero support|zero communication|zero customer|zero response|zero compassion|
            zero sympathy|zero respect|zero empathy>""",
        """<not what i ordered|not what we ordered|not what i paid|not what we paid|not as advertised|not as described>""",
        "<going|went|gone|headed> downhill",
        "<ghost> (?:airline|company|town)",
        "<such a shame|a shame|shame on you|shame on>",
    ),
)
