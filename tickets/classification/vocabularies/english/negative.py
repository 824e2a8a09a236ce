"""Negative sentiment: what customers write when they are angry, disappointed or worried.

Words for faults ("error", "unable", "not working") are left out on purpose, since a calm fault report is full of them. They
belong to urgency. A sum of 0.5 decides; weights range from 0.2 (a weak hint) to 3 (an outburst).
"""

from tickets.classification.vocabularies.group import Group, Negation, split_terms


def _negative(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("negative", -weight, split_terms(terms), negation)


# "broken" as a sentiment. These are not fault reports, so urgency and action ignore them.
BROKEN_FEELINGS: tuple[str, ...] = split_terms("""
        broken promise, broken promises, broke your promise, broke your promises, broke your word, broken trust,
        broken our trust, broken my trust, broke our trust, broke my trust, trust is broken, feel broken,
        feeling broken, felt broken, i am broken, i'm broken, broken hearted, brokenhearted, broken my heart,
        your broken support, your broken service, your broken system, your broken process, your broken company,
        your broken policy, your broken policies, your broken promises, your broken promise,
        your broken customer service, your broken customer support, your broken software, your broken product,
        your broken app, your broken platform, your broken website, this broken company,
        broken customer service, support is broken, customer service is broken, customer support is broken,
        broken beyond belief
    """)

NEGATIVE: tuple[Group, ...] = (
    # Anger
    _negative(
        3.0,
        """
        angry, angrily, angrier, anger, angers, angered, furious, furiously, fury, rage, raging, enraged,
        enraging, livid, outrage, outraged, outrageous, outrageously, infuriated, infuriating, infuriates,
        irate, fuming, seething, incensed, pissed, pissed off, mad at you, so mad, really mad, hate, hates,
        hated, hating, hateful, hatred, despise, detest, loathe, fed up, had enough, enough is enough,
        sick and tired, sick of, tired of, done with you, last straw, blood boil, at my wits end,
        at my wit's end, losing my patience, lost my patience, lost patience, running out of patience,
        my patience
    """,
    ),
    # Frustration and annoyance
    _negative(
        2.0,
        """
        frustrated, frustrating, frustratingly, frustrate, frustrates, frustration, frustrations, annoyed,
        annoying, annoyingly, annoy, annoys, annoyance, annoyances, irritated, irritating, irritate, irritates,
        irritation, aggravated, aggravating, aggravation, exasperated, exasperating, upset, upsetting, upsets,
        bothered, bothersome, impatient, stressful, stressed, stressing, exhausting, exhausted, tiresome,
        tedious, hassle, hassles, headache, headaches, nuisance, pain in the, a pain, painful, painfully,
        ordeal, grumpy, resent, drives me crazy, driving me crazy, driving me nuts, driving me mad,
        makes me sick, hair out, ugh, argh, grr, sigh, wtf, ffs, smh, omfg, for heaven's sake, for god's sake,
        for crying out loud
    """,
    ),
    # Disappointment, sadness, worry
    _negative(
        2.0,
        """
        disappointed, disappointing, disappointingly, disappoint, disappoints, disappointment, disappointments,
        dissapointed, dissapointing, disapointed, let down, letdown, let us down, let me down, dissatisfied,
        dissatisfying, dissatisfaction, unsatisfied, unsatisfactory, unsatisfying, displeased, displeasure,
        unhappy, unhappily, discontent, disheartened, disheartening, disillusioned, dismayed, dismay, regret,
        regrets, regretted, regretting, regrettable, heartbroken, heart broken, heartbreaking, broke my heart,
        devastated, devastating, desperate, desperately, miserable, miserably, depressing, depressed, sad,
        sadly, saddened, tears, crying, distressed, distressing, discouraged, discouraging, embarrassed,
        embarrassing, embarrassment, humiliated, humiliating, suffer, suffered, suffering
    """,
    ),
    _negative(
        1.0,
        """
        worried, worrying, worrisome, concerned, alarming, alarmed, afraid, scared, scary, frightening,
        uncomfortable, confused, confusing, confusion, puzzled, baffled, baffling, bewildered, unfortunate,
        unfortunately, regretfully, pity, too bad, wish i had, wish i hadn't, should have known
    """,
    ),
    # Promises, hearts and services can be broken; screens that are broken are a fault, not a feeling
    Group("negative", -2.5, BROKEN_FEELINGS, "any"),
    # Judgement: as bad as it gets
    _negative(
        3.0,
        """
        terrible, terribly, awful, awfully bad, horrible, horribly, horrid, horrific, horrendous, horrendously,
        dreadful, dreadfully, atrocious, abysmal, appalling, appalled, appallingly, disgusting, disgusted,
        disgust, disgraceful, disgrace, shameful, shame on you, shame on, deplorable, despicable, vile, nasty,
        pathetic, pathetically, laughable, ludicrous, absurd, ridiculously, insane, insanity, unacceptable,
        unacceptably, not acceptable, inexcusable, no excuse, unforgivable, intolerable, unbearable,
        inadmissible, worst, the worst, worst ever, worst experience, nightmare, nightmares, disaster,
        disasters, disastrous, fiasco, debacle, horror, hell, hellish, abomination, garbage, trash, rubbish,
        junk, crap, crappy, crapy, shit, shitty, bullshit, sucks, suck, sucked, sux, stinks, stink, lousy,
        piece of junk, piece of crap, piece of garbage, piece of trash, rotten, hopeless, hopelessly, useless,
        worthless, joke, a joke, big joke, farce, mockery, idiot, idiots, idiotic, stupid, stupidity, stupidly,
        moron, morons, dumb, clowns, damn, damned, goddamn, bloody, bastards, fuck, fucking, fucked, wtf is,
        screwed, screwed up, screw you, go to hell, zero stars, 0 stars, one star, 1 star
    """,
    ),
    # Judgement: bad
    _negative(
        2.0,
        """
        bad, badly, worse, worsening, worsened, poor, poorly, poorest, inferior, substandard, sub-par, subpar,
        below par, mediocre, unimpressed, unimpressive, underwhelming, inadequate, inadequately, insufficient,
        unreliable, unusable, unstable, unprofessional, unprofessionally, amateurish, unhelpful, not helpful,
        incompetent, incompetence, clueless, careless, carelessness, negligent, negligence, sloppy, lazy,
        indifferent, rude, rudely, rudeness, arrogant, arrogance, condescending, patronizing, patronising,
        dismissive, disrespectful, disrespect, disrespected, impolite, hostile, aggressive, insulting, insulted,
        insult, insults, offensive, offended, offends, abusive, harassed, harassing, harassment, bullied,
        bullying, threatened, threatening, discriminated, discrimination, unfair, unfairly, unjust, unjustified,
        unreasonable, unreasonably, shocking, shockingly, shambles, mess, messed up, mess up, a mess, chaos,
        chaotic, failure of a, epic fail, fail, flimsy, shoddy, cheaply made, cheap plastic, clunky, clumsy,
        cumbersome, unwieldy, ugly, unintuitive, pointless, senseless, meaningless, overpriced, over priced,
        too expensive, rip off, ripoff, ripped off, ripping off, price gouging, gouging, robbery, robbed,
        robbing, greedy, greed, unethical, immoral, unwilling, refuse to, refuses to, refused to, refusing to,
        wouldn't help, won't help, not impressed, drawback, drawbacks, downside, downsides, shortcoming,
        shortcomings, flaw, flaws, flawed, dud, outdated, doomed, gimmick, gimmicky, boring, weakness,
        weaknesses, lacks, sorely, annoyed with
    """,
    ),
    # Deceit
    _negative(
        2.5,
        """
        scam, scams, scammed, scammer, scammers, scamming, swindle, swindled, swindlers, con artists, cheat,
        cheated, cheating, cheaters, crook, crooks, thief, thieves, theft, steal, stealing, stolen from me, lie,
        lied, liar, liars, lying, lied to, dishonest, dishonesty, deceived, deceive, deceiving, deceit,
        deceitful, deceptive, deception, misleading, misled, mislead, false advertising, falsely advertised,
        fooled, tricked, trick me, bait and switch, false promises, empty promises, hidden fees, hidden charges,
        shady, sketchy, sleazy, untrustworthy, betrayed, betrayal, criminal, criminals, predatory, extortion,
        exploitative, taken advantage of, taking advantage of, con job, conned, bogus, fake, ripped me off
    """,
    ),
    # Being left alone or strung along
    _negative(
        1.5,
        """
        ignored, ignoring, ignores, being ignored, keep ignoring, nobody cares, no one cares, don't care,
        doesn't care, do not care, does not care, couldn't care less, could care less, no response whatsoever,
        nobody answers, no one answers, nobody responds, no one responds, nobody replies, no one replies,
        nobody answered, no one answered, nobody picks up, no one picks up,
        nobody helps, no one helps, no one can help, nobody can help, never answer, never answers,
        never respond, never responds, never reply, never replied, never called back, never called me back,
        never got back, no one called, nobody called, still no answer, still no response, still no reply,
        still nothing, still haven't heard, haven't heard back, still waiting, still have not, still haven't,
        still hasn't, waiting forever, waited forever, takes forever, taking forever, took forever, forever to,
        waited over, waiting over, waiting for over, waited for over, been waiting, kept waiting, keep waiting,
        hours on hold, on hold for, hold for over, put on hold, been on hold, hung up on, hung up on me,
        hangs up, keep hanging up, passed around, given the runaround, giving me the runaround, run around,
        runaround, the run around, transferred me, time and again, time and time again, yet again, once again,
        third time, fourth time, fifth time, umpteenth time, how many times, how many more times,
        how long does it take, how much longer, how hard is it, how hard can it be, is it too much to ask,
        too much to ask, weeks later, months later, days later, for weeks now, for months now, for days now,
        wasted, wasting, waste, excuses, excuse after excuse, lame excuse, stranded, abandoned,
        left in the dark, kept in the dark, brushed off, fobbed off, blown off, copy paste response,
        copy and paste response, canned response, canned responses, blame, blaming, blamed, no help,
        no help at all, zero help, zero support, no support, no customer service, no explanation,
        without explanation, no apology, no communication, lack of communication, lack of support,
        lack of response, lack of service, lack of professionalism, lack of respect, poor communication
    """,
        "close",
    ),
    # Leaving
    _negative(
        2.0,
        """
        never again, never use, never fly, never buy, never buying, never order, never ordering, never purchase,
        never shop, never coming back, never come back, never going back, never return, never recommend,
        will never use, lost a customer, lose a customer, losing a customer, lost my business, lose my business,
        lost a loyal customer, taking my business elsewhere, take my business elsewhere, my business elsewhere,
        go elsewhere, going elsewhere, look elsewhere, looking elsewhere, stay away, steer clear, buyer beware,
        beware, warn others, warn everyone, tell everyone, do not buy, don't buy, do not recommend,
        don't recommend, wouldn't recommend, would not recommend, cannot recommend, can't recommend, do not use,
        don't bother, not worth, not worth it, isn't worth, want my money back, give me my money back,
        save your money, should be ashamed, ashamed, do better, get your act together, get it together,
        fix your, step up, switching to, switch to a competitor, thanks for nothing, thank you for nothing,
        thanks a lot for, no thanks to, the least you could do, you people, what a joke, are you kidding,
        are you kidding me, you must be joking, are you serious, unbelievable, unbelievably, beyond belief,
        makes no sense, doesn't make sense, not fair, not happy, not ok, not okay, not cool, not good enough,
        isn't good enough, good enough excuse, not right, worst customer service, bad customer service,
        bad service, bad experience, poor service, poor customer service, poor quality, poor experience,
        poorly designed, poorly made, low quality, bad quality, falls apart, fell apart, falling apart,
        never worked, never works, doesn't even, don't even, can't even, cannot even, didn't even, not even,
        supposed to be, what is the point, what's the point, nothing but problems, nothing but trouble
    """,
        "never",
    ),
    _negative(
        2.0,
        """
        waste of money, waste of time, waste your money, waste your time, waste my time, wasting my time,
        wasted my time, wasted money, complete waste, total waste, a waste, no luck, without luck, to no avail,
        no way to contact, no way to reach, nobody to talk to, countless times, numerous times, so many times,
        more times than, get what you pay for, got what i paid for, gave up, give up, giving up, what the heck,
        what the hell, what on earth, what is going on, what's going on, how dare, have the nerve,
        had the nerve, the audacity, could be better, could have been better, should be better,
        should have been better, would have been better, would have been nice, would have been good,
        would have been great, would have liked, would have given, leaves much to be desired,
        leaves a lot to be desired, much to be desired, not up to, not as good, not as advertised,
        not as described, not what i expected, not what i ordered, not what i paid for, not enough,
        isn't enough, not good, not great, not nice, not user friendly, not reliable, not professional,
        not easy to, nothing special, nothing great, nowhere near, a far cry, far too, can't understand why,
        cannot understand why, don't understand why, do not understand why, fail to understand,
        failed to understand, can't believe, cannot believe, i don't get it, makes me wonder, no thanks to you,
        no idea what, no clue, what kind of, what sort of company, you call this, worst of all,
        to make matters worse, on top of that, insult to injury, going nowhere, back to square one,
        deal breaker, dealbreaker, turned off, put off by, falls short, fall short, fell short, minus,
        major minus, cons, letting me down, letting us down, letdowns, weird, steal my, stole my, stole from
    """,
        "never",
    ),
    # Complaints by name, and hints
    _negative(
        1.0,
        """
        complain, complained, complaining, complains, complaint, complaints, gripe, gripes, dislike, disliked,
        dislikes, didn't like, don't like, do not like, doubtful, questionable, lame, meh, so-so, noisy, flaky,
        sluggish, bulky, scratchy, fragile, complicated, overcomplicated, inconvenient, inconvenience,
        inconvenienced, inconsistent, nonsense, overcharged, overcharge, overcharging, unwanted, unexpected,
        unresponsive, unresolved, unanswered, undelivered, unclear, neglected, neglect, mistreated, denied,
        cancelled flight, cancelled my flight, cancelled on me, lost my luggage, lost my bag, lost my bags,
        damaged my, ruined, ruining, ruin, destroyed, missed my, missed our, failed me, failed us, wrongly,
        falsely, against my will, without my consent, without my permission, illegal, illegally, violated,
        unlawful, harm, harmful, harmed, victim, hoping for better, expected better, expected more,
        used to be good, used to be better, went downhill, gone downhill, going downhill, going backwards,
        too slow, too small, too loud, too long, too many, too much, too difficult, too hard, too complicated,
        hard to use, difficult to use, difficulties, not easy, be warned, only complaint, trouble, troublesome,
        problematic, cheaply, pricey, lost all faith, lost faith, lost confidence, no confidence,
        no longer trust
    """,
        "close",
    ),
    # Qualities that disappoint
    _negative(
        1.0,
        """
        lack of, lack, lacked, lacking, no way to, no option, no support for, needs improvement,
        room for improvement, if only, at best, not very, worst part, pain, forces you, forced to, forcing me,
        forces me, risky, compromise, compromised quality, sacrifice, sacrifices, unlike what, hardly any,
        very little, too little, no instructions, no manual, no documentation, not much, not worth the,
        less than, worse than, not a fan, not for me, not thrilled, not pleased, not satisfied, not pretty,
        not fun, not intuitive, no better, not any better, not much better, no good, no use, of no use,
        what were they thinking, poor choice, bad idea, bad choice, bad design, bad decision, big mistake,
        huge mistake, biggest mistake, my mistake was, wish it had, wish it were, wish it was, wish they had,
        wish they would, wish there was, wish there were, grainy, blurry, blurred, fuzzy, dim, muffled, tinny,
        distorted, distortion, wobbly, creaky, rattles, squeaky, stiff, oversized, cramped, loud, smelly,
        stinky, dirty, filthy, stained, primitive, crude, limitation, limitations, restrictive, incompatibility,
        erratic, unpredictable, finicky, fussy, temperamental, picky, tricky, fiddly, quirky, quirk, quirks,
        goofy, oddly, oddity, oddities, strangely, funky, bland, tacky, gaudy, hideous, cheesy, cheapo,
        second rate, third rate, hit or miss, hit and miss, half baked, half hearted, haphazard, disorganized,
        disorganised, messy, cluttered, bloated, convoluted, impractical, nearly impossible, unnecessary,
        unnecessarily, needlessly, overly, excessive, excessively, inflated, steep, costly, costs too, overkill,
        overhyped, overrated, hype, hyped, let me warn, be careful, be prepared, skeptical, sceptical, dubious,
        wary, hesitant, reluctant, reluctantly, tolerate, put up with, deal with this, struggle, struggled,
        struggling, fight with, fighting with, battle, wrestle, fiddling, fiddle with, mess around,
        jump through hoops, hoops, time consuming, never ending, neglects, left wanting, disadvantage,
        disadvantages, negatives, quibble, quibbles, nitpick, nit, bummer, alas, argue, arguing, argued, rant,
        rip offs, inflexible, stubborn, unsafe, unsuitable, undesirable, unattractive, unclean, unhealthy,
        unworthy, unforgiving, unfinished, unpolished, unproven, under powered, underpowered, miss out,
        misses the, missed the, loser, losers, worn out, wears out, wore out, not last, doesn't last,
        didn't last, does not last, did not last, lasted only, lasted less, only lasted, lasted about,
        within a month of, barely, hardly, scarcely, lousier, downgraded, steer away, back off, think twice,
        hold off, look for another, keep looking, buy something else, choose another, forget it, forget about,
        sorry i, sorry to say, sorry that i
    """,
    ),
    _negative(
        0.5,
        """
        wish, doubt, expensive, cheap, difficult, difficulty, awkward, shame, sorry excuse, only reason,
        wish you, wish they, wouldn't even, have to keep, in vain, endless, endlessly, somehow managed to,
        not sure why you, returned it, sent it back, sending it back, returning it, took it back, refused,
        disconnected me, never had a chance, instead of helping
    """,
        "close",
    ),
    # Shields: bad words that blame nobody
    _negative(
        0.0,
        """
        feared the worst, fear the worst, expected the worst, ready to complain, complaint number,
        complaint form, complaints department, how to complain, complaint been registered, complaint registered,
        file a complaint, make a complaint, raise a complaint, filed a complaint, nothing to complain,
        sorry for the tone, sorry i was rude, bad weather, worst case, in the worst case, critical eye,
        damn good, stupid question, maybe a stupid question, sorry for the stupid question, dumb question,
        silly question, my fault, my mistake, no harm, too many requests, too much detail, too long a,
        too many results, nobody has to, nobody needs, no one has to, no one needs, nothing has happened,
        nothing happened, nothing wrong, nothing urgent, nothing new, nothing else, nothing to worry
    """,
        "never",
    ),
    # What people say when they have had enough
    _negative(
        2.0,
        """
        unreal, rediculous, ridiculus, rediculus, horible, horribel, terible, aweful, unbeleivable,
        unexceptable, unacceptible, frustating, frusterating, frusterated, frustraiting, pathedic, disapointing,
        dissapointment, disapointment, dissappointed, dissappointing, incompetant, incompitent, embarassing,
        embarrasing, bad form, poor form, not a good look, bad look, speechless, words fail me, beggars belief,
        no words, lost for words, at a loss, ridic, kmt, fml, facepalm, bs, total bs, wth, omg, gtfo, stfu, goddammit,
        dammit, screw this, screw up, screws up, get a clue, clown, clown show, dumpster fire, train wreck, trainwreck,
        shitshow, cluster, circus, amateur hour, amateurs, monopoly, bandits, con artist, daylight robbery, highway robbery,
        what a disgrace, absolute disgrace, laughing stock, laughingstock, cheapskates, thanks but no thanks,
        stupid robot, stupid bot, stupid chatbot, stupid system, stupid app, stupid policy, for nothing,
        not a happy, unhappy customer, ex customer, soon to be ex, former customer, had it with,
        over it, so over, can't wait to leave, can't wait to switch, can't wait to cancel, counting the days,
        zero trust, no trust, lost trust, lost my trust, lost our trust, lost all trust, no respect, no shame, no regard,
        no sympathy, no empathy, no compassion, no consideration, no accountability, no sense of urgency, snail mail,
        snail pace, stone age, dark ages, dinosaur
    """,
        "never",
    ),
    # Hints: none says anything alone, but angry people use several of them in few words
    Group(
        "negative",
        -0.25,
        split_terms("""
        late, delay, delays, delayed, cancelled, canceled, cancellation, never, wait, waited, waiting, hours,
        hrs, weeks, months, again, still, even, twice, no way, nothing, nobody, no one, told, told me, telling,
        agent, agents, rep, reps, customer service, on hold, hold, missed, missing, lost, paid, paying, charged,
        instead, yet another, dead, stuck, supposedly, literally, apparently, excuse, sitting, sleeping,
        without, a single, bucks, explain that, and now, now you, as usual, owe, owes, full price, at least,
        keeps, wiped, hung, whole, entire, all day, all night, they want, why, how come, want me to,
        flight attendant, staff, impossible, honestly, obviously, can't find, in this century, for hours,
        everyone else, only to, isn't one
    """),
        "never",
        hint=True,
    ),
    _negative(
        0.4,
        """
        too, hard to, supposed to, should have, at all, repeatedly, constantly, beyond, ended up, weak,
        takes too, take too, taking too, took too, over and over, again and again
    """,
        "close",
    ),
)
