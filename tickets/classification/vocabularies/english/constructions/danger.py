"""What makes a ticket always high without any of its words: danger to people, and data in the wrong hands."""

from tickets.classification.vocabularies.english.constructions.phrasing import always_high

_DATA = """(?:data|details|orders?|invoices?|account|accounts|addresse?s?|records?|files?|documents?|bookings?|
            messages?|tickets?|statements?|payslips?|medical|bank)"""
_KEYS = """passwords?|tokens?|api keys?|credentials|private keys?|access keys?|secret keys?"""
_STRANGER = """(?:(?:a )?strangers?|the wrong (?:person|people|address|customer|company)|somebody else|someone else|
            an? (?:person|man|woman|company) (?:we|i) (?:do not|don't|have never)|another (?:customer|guest|
            patient|company|person|traveller|client))"""
_APPLIANCE = """charger|plug|socket|heater|transformer|adapter|adaptor|battery|batteries|power bank|boiler|fuse box|
            meter box|extension lead|power strip|e-bike|scooter"""

# "Posted in our wiki": read by colleagues, not by everybody
_NOT_INSIDE = r"""(?! ..3 (?:in|on|to|into) (?:the |our |an? |my |their |your )?(?:internal |private |team |company |closed |
            shared ){0,2}(?:wiki|intranet|confluence|notion|sharepoint|slack|teams|chat|channel|vault|password manager|runbook)\b)"""
_RASH_OF = (
    "decisions?|moves?|purchases?|promises?|reactions?|judge?ments?|choices?|replies|reply|answers?|comments?|words?"
)

PATTERNS = (
    *always_high(
        "other people's data",
        "breach",
        f"""(?:see|sees|seeing|shows?|showing|shown|got|get|received|access|open|view|into) ..4 <else's|customer's|
            person's|company's|stranger's|client's|patient's|user's> ..2 {_DATA}""",
        f"""<somebody else's|someone else's|another customer's|another company's|other customers'|other people's|
            a stranger's|another person's|another patient's> ..1 {_DATA} (?:in|on|visible|appear|shown|under|when)""",
        f"""{_DATA} (?:of|from|belonging to) (?:an? |another |other |some )?<another company|another customer|
            other customers|other companies|another person|a stranger|strangers|other patients|a company we|a person we|
            a person i|people we|people i>(?! (?:say|said|told|write))""",
    ),
    *always_high(
        "data sent to a stranger",
        "breach",
        f"""<passport|passports|payslip|payslips|bank details|medical records|personal data|id card|identity card|
            contracts> ..4 (?:went|sent|mailed|emailed|given|shown|handed|came) ..2 to {_STRANGER}""",
        """<somebody else has|someone else has|a stranger has|stranger got|somebody else got|somebody else received|
            someone else received> ..2 (?:my|our) (?:passports?|data|details|documents|papers|payslips?|id|invoices?)""",
    ),
    *always_high(
        "a published secret",
        "breach",
        f"""(?:published|posted|pushed|committed|shared) ..4 <{_KEYS.replace("s?", "")}|tokens|
            passwords|api keys>{_NOT_INSIDE}""",
        f"""(?:leaked|exposed) ..4 <{_KEYS.replace("s?", "")}|tokens|passwords|api keys>""",
        f"""<password|passwords|token|tokens|api key|api keys|credentials|private key|access key> ..3 (?:(?:published|
            posted){_NOT_INSIDE}|exposed|leaked|stolen|on a public|in a public|on github)""",
    ),
    *always_high(
        "foreign log-ins",
        "breach",
        """<logins|login|log-ins|log-in|log ins|sign-ins|sign-in|sessions|login attempts|logged in> from ..2 (?:countr(?:y|ies)|
            cit(?:y|ies)|place|places|address|addresses|device|devices) ..1 (?:we|i|where|nobody|that|unknown) ..3 (?:nobody|
            not|never|do not|don't|have|no one|none)""",
        """<logins|log-ins|sign-ins|sessions> (?:that |which )?(?:were|are|was) (?:not|none of) (?:us|me|ours|mine)""",
        "<somebody is logged in|someone is logged in|somebody logged in|someone logged in> ..2 (?:as|to|into) (?:me|my|our|us)",
    ),
    *always_high(
        "water near electricity",
        "safety",
        """<water|flood|flooded|leak|leaking|drips|dripping> ..9 // ..4 (?:fuse box|fuse board|fuses|consumer unit|
            switchboard|electrics|light fitting|ceiling lamp|electric panel|electrical panel|meter cupboard|sockets)""",
        """<fuse box|fuse board|consumer unit|switchboard|electrical panel|sockets> ..6 (?:wet|soaked|flooded|dripping|
            under water|full of water)""",
    ),
    *always_high(
        "a cable within reach",
        "safety",
        """<cable|cables|wire|wires|power line|power lines|overhead line> ..3 (?:hang|hangs|hanging|dangles|dangling|down|
            fell|fallen|lies|lying|torn|snapped) ..2 (?:across|over|low|into|above|on) (?:the |our |my )?(?:road|street|
            pavement|path|garden|lawn|ground|enough|roof|playground|\\w+ (?:road|street|lane|way|row|rise|hill|close))""",
        "<low enough to touch>",
    ),
    *always_high(
        "gas that escapes",
        "safety",
        """<canister|canisters|cylinder|cylinders|gas bottle|gas bottles|gas pipe|gas valve|gas stove|gas hob> ..10 (?:hiss|
            hisses|hissing|leaks|leaking)""",
        """(?:there is|there's|we have|is) <gas in> (?:the|our|my) ..1 (?:stairwell|staircase|house|cellar|basement|kitchen|
            flat|building|hall|hallway|street|corridor|air)""",
        r"""<gas in>(?:
            (?<=^gas\x20in)|(?<=[:.!?,;\f\n]\x20gas\x20in)|(?<=[\f\n]gas\x20in)) (?:the|our|my) (?:stairwell|staircase|house|
            cellar|basement|kitchen|flat|building|hall|street)(?! heating| supply| price)""",
    ),
    *always_high(
        "a device that smokes or burns",
        "safety",
        f"<{_APPLIANCE}> ..4 (?:smokes|smoked|smoking|glows|glowing|swollen|swelled|swells|bulging|burning)",
        f"""<smoke|smoking> (?:is |was )?(?:from|out of|behind|coming|comes|came|in) ..2 (?:the|our|my|a) ..1
            (?:{_APPLIANCE}|wall|machine|cellar|engine|cabin|oven|dryer|dishwasher)""",
    ),
    *always_high(
        "an electric shock",
        "safety",
        """<electric shock|a shock|shocks|small shock|tingling> ..1 (?:from|off|when) ..2 (?:the|our|my|i|we|you|she|he) ..2
            (?:tap|lamp|washing|machine|shower|plug|socket|handle|case|housing|kettle|toaster|touch|touched|heater|dryer)""",
    ),
    *always_high(
        "people fell ill",
        "safety",
        f"""<water|food|meal|buffet|dinner|cream|fish|chicken|milk|medicine> ..20 (?:sick|vomiting|vomit|diarrhoea|
            diarrhea|poisoned|a rash)(?! leave| bag| days?| pay| note| of| and tired| to death| {_RASH_OF})""",
        """<water> ..10 // ..3 (?:people|children|kids|guests|residents|patients) ..5 (?:sick|ill|vomiting)""",
        "(?:people|children|kids|guests|residents|patients) ..4 <are sick|are ill|fell ill|got sick|became ill|have fallen ill>",
    ),
    *always_high(
        "medicine that runs out",
        "safety",
        """<insulin|vaccines|vaccine|medicines|medicine|medication|inhaler|adrenaline> ..12 (?:enough until|enough for|
            lasts? (?:until|for|only)|keeps? (?:for|until)|runs? out|running out|ran out|spoil|spoils|go off|going warm|
            getting warm|warming up)""",
        """<insulin|medication|medicine|inhaler> (?:is|are|was|were) (?:in|inside) (?:it|the lost|the missing|that|the
            suitcase|the bag)""",
        """<lost suitcase|missing suitcase|lost bag|lost luggage|missing luggage> ..8 (?:insulin|medication|medicines?|
            inhaler|heart)""",
    ),
    *always_high(
        "an evacuation",
        "safety",
        """(?:is|are|be|being|was|were|to) <evacuated|evacuate>""",
        "<evacuation> (?:order|has|of the (?:island|hotel|building|village|area))",
    ),
)
