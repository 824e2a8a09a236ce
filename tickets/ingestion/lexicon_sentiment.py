"""Feeling: what customers write when they are content and when they are not.

Words for faults ("error", "unable", "not working") are absent on purpose: a calm fault report is full of them. They
belong to urgency. Weights run from 0.5 (a hint) to 3 (an outburst); a hint alone decides nothing.
"""

from __future__ import annotations

from tickets.ingestion.lexicon_group import Group, Negation, split_terms


def _negative(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("negative", -weight, split_terms(terms), negation)


def _positive(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("positive", weight, split_terms(terms), negation)


def _shield(terms: str) -> Group:
    return Group("positive", 0.0, split_terms(terms), "never")


NEGATIVE: tuple[Group, ...] = (
    # Anger
    _negative(3.0, """
        angry, angrily, angrier, anger, angers, angered, furious, furiously, fury, rage, raging, enraged, enraging,
        livid, outrage, outraged, outrageous, outrageously, infuriated, infuriating, infuriates, irate, fuming,
        seething, incensed, pissed, pissed off, mad at you, so mad, really mad, hate, hates, hated, hating,
        hateful, hatred, despise, detest, loathe, fed up, had enough, enough is enough, sick and tired, sick of,
        tired of, done with you, last straw, blood boil, at my wits end, at my wit's end, losing my patience,
        lost my patience, lost patience, running out of patience, my patience
    """),
    # Frustration and annoyance
    _negative(2.0, """
        frustrated, frustrating, frustratingly, frustrate, frustrates, frustration, frustrations, annoyed,
        annoying, annoyingly, annoy, annoys, annoyance, annoyances, irritated, irritating, irritate, irritates,
        irritation, aggravated, aggravating, aggravation, exasperated, exasperating, upset, upsetting, upsets,
        bothered, bothersome, impatient, stressful, stressed, stressing, exhausting, exhausted, tiresome,
        tedious, hassle, hassles, headache, headaches, nuisance, pain in the, a pain, painful, painfully, ordeal,
        grumpy, bitter, resent, drives me crazy, driving me crazy, driving me nuts, driving me mad,
        makes me sick, hair out, ugh, argh, grr, sigh, wtf, ffs, smh, omfg, for heaven's sake, for god's sake,
        for crying out loud, come on
    """),
    # Disappointment, sadness, worry
    _negative(2.0, """
        disappointed, disappointing, disappointingly, disappoint, disappoints, disappointment, disappointments,
        dissapointed, dissapointing, disapointed, let down, letdown, let us down, let me down, dissatisfied,
        dissatisfying, dissatisfaction, unsatisfied, unsatisfactory, unsatisfying, displeased, displeasure,
        unhappy, unhappily, discontent, disheartened, disheartening, disillusioned, dismayed, dismay, regret,
        regrets, regretted, regretting, regrettable, heartbroken, heart broken, heartbreaking, broke my heart,
        devastated, devastating, desperate, desperately, miserable, miserably, depressing, depressed, sad, sadly,
        saddened, tears, crying, cried, distressed, distressing, discouraged, discouraging, embarrassed,
        embarrassing, embarrassment, humiliated, humiliating, hurt, suffer, suffered, suffering
    """),
    _negative(1.0, """
        worried, worrying, worrisome, concerned, alarming, alarmed, afraid, scared, scary, frightening,
        uncomfortable, confused, confusing, confusion, puzzled, baffled, baffling, bewildered, unfortunate,
        unfortunately, regretfully, pity, too bad, wish i had, wish i hadn't, should have known
    """),
    # Promises, hearts and services can be broken; screens that are broken are a fault, not a feeling
    _negative(2.5, """
        broken promise, broken promises, broke your promise, broke your promises, broke your word, broken trust,
        broken our trust, broken my trust, broke our trust, broke my trust, trust is broken, feel broken,
        feeling broken, felt broken, i am broken, i'm broken, broken hearted, brokenhearted, broken my heart,
        your broken support, your broken service, your broken system, your broken process, your broken company,
        your broken policy, your broken policies, your broken promises, your broken promise,
        your broken customer service, your broken customer support, your broken software, your broken product,
        your broken app, your broken platform, your broken website, this broken company, broken customer service,
        support is broken, customer service is broken, customer support is broken, broken beyond belief
    """),
    # Judgement: as bad as it gets
    _negative(3.0, """
        terrible, terribly, awful, awfully bad, horrible, horribly, horrid, horrific, horrendous, horrendously,
        dreadful, dreadfully, atrocious, abysmal, appalling, appalled, appallingly, disgusting, disgusted,
        disgust, disgraceful, disgrace, shameful, shame on you, shame on, deplorable, despicable, vile, nasty,
        pathetic, pathetically, laughable, ludicrous, absurd, ridiculous, ridiculously, insane, insanity,
        unacceptable, unacceptably, not acceptable, inexcusable, no excuse, unforgivable, intolerable, unbearable,
        inadmissible, worst, the worst, worst ever, worst experience, nightmare, nightmares, disaster, disasters,
        disastrous, fiasco, debacle, horror, hell, hellish, abomination, garbage, trash, rubbish, junk, crap,
        crappy, crapy, shit, shitty, bullshit, bs, sucks, suck, sucked, sux, stinks, stink, lousy, piece of junk,
        piece of crap, piece of garbage, piece of trash, rotten, hopeless, hopelessly, useless, worthless,
        waste of money, waste of time, waste your money, waste your time, waste my time, wasting my time,
        wasted my time, wasted money, complete waste, total waste, a waste, joke, a joke, big joke, farce,
        mockery, idiot, idiots, idiotic, stupid, stupidity, stupidly, moron, morons, dumb, clowns, fool, fools,
        damn, damned, goddamn, bloody, bastards, fuck, fucking, fucked, wtf is, screwed, screwed up, screw you,
        go to hell, zero stars, 0 stars, one star, 1 star
    """),
    # Judgement: bad
    _negative(2.0, """
        bad, badly, worse, worsening, worsened, poor, poorly, poorest, inferior, substandard, sub-par, subpar,
        below par, mediocre, unimpressed, unimpressive, underwhelming, inadequate, inadequately, insufficient,
        unreliable, unusable, unstable, unprofessional, unprofessionally, amateurish, unhelpful, not helpful,
        incompetent, incompetence, clueless, careless, carelessness, negligent, negligence, sloppy, lazy,
        indifferent, rude, rudely, rudeness, arrogant, arrogance, condescending, patronizing, patronising,
        dismissive, disrespectful, disrespect, disrespected, impolite, hostile, aggressive, insulting, insulted,
        insult, insults, offensive, offended, offends, abusive, harassed, harassing, harassment, bullied, bullying,
        threatened, threatening, discriminated, discrimination, unfair, unfairly, unjust, unjustified,
        unreasonable, unreasonably, shocking, shocked, shockingly, shambles, mess, messed up, mess up, a mess,
        chaos, chaotic, catastrophe, failure of a, epic fail, fail, flimsy, shoddy, cheaply made, cheap plastic,
        clunky, clumsy, cumbersome, unwieldy, awkward, ugly, unintuitive, pointless, senseless, meaningless,
        overpriced, over priced, too expensive, rip off, ripoff, rip-off, ripped off, ripping off, price gouging,
        gouging, robbery, robbed, robbing, greedy, greed, unethical, immoral, unwilling, refuse to, refuses to,
        refused to, refusing to, wouldn't help, won't help, not impressed, drawback, drawbacks, downside,
        downsides, shortcoming, shortcomings, flaw, flaws, flawed, lemon, dud, obsolete, outdated, doomed,
        gimmick, gimmicky, boring, dull, weak, weakness, weaknesses, lacking, lacks, sorely, annoyed with
    """),
    # Deceit
    _negative(2.5, """
        scam, scams, scammed, scammer, scammers, scamming, swindle, swindled, swindlers, con artists, cheat,
        cheated, cheating, cheaters, crook, crooks, thief, thieves, theft, steal, stealing, stole, stolen from me,
        lie, lied, lies, liar, liars, lying, lied to, dishonest, dishonesty, deceived, deceive, deceiving, deceit,
        deceitful, deceptive, deception, misleading, misled, mislead, false advertising, falsely advertised,
        fooled, tricked, trick me, bait and switch, false promises, empty promises, hidden fees, hidden charges,
        shady, sketchy, sleazy, untrustworthy, betrayed, betrayal, criminal, criminals, predatory, extortion,
        exploitative, taken advantage of, taking advantage of, con job, conned, bogus, fake, ripped me off
    """),
    # Being left alone or strung along
    _negative(1.5, """
        ignored, ignoring, ignores, ignore me, being ignored, keep ignoring, nobody cares, no one cares, don't care,
        doesn't care, do not care, does not care, couldn't care less, could care less, no response whatsoever,
        nobody answers, no one answers, nobody responds, no one responds, nobody replies, no one replies,
        nobody answered, no one answered, nobody has, no one has, nobody picks up, no one picks up, nobody helps,
        no one helps, no one can help, nobody can help, never answer, never answers, never respond,
        never responds, never reply, never replied, never called back, never called me back, never got back,
        no one called, nobody called, still no answer, still no response, still no reply, still nothing,
        still haven't heard, haven't heard back, still waiting, still have not, still haven't, still hasn't,
        waiting forever, waited forever, takes forever, taking forever, took forever, forever to, waited over,
        waiting over, waiting for over, waited for over, been waiting, kept waiting, keep waiting,
        hours on hold, on hold for, hold for over, put on hold, been on hold, hung up on, hung up on me,
        hangs up, keep hanging up, passed around, given the runaround, giving me the runaround, run around,
        runaround, the run around, transferred me, over and over, again and again, time and again,
        time and time again, yet again, once again, third time, fourth time, fifth time, umpteenth time,
        how many times, how many more times, how long does it take, how much longer, how hard is it,
        how hard can it be, is it too much to ask, too much to ask, weeks later, months later, days later,
        for weeks now, for months now, for days now, wasted, wasting, waste, excuses, excuse after excuse,
        lame excuse, stranded, abandoned, left in the dark, kept in the dark, brushed off, fobbed off, blown off,
        copy paste response, copy and paste response, canned response, canned responses, blame, blaming, blamed,
        no help, no help at all, zero help, zero support, no support, no customer service, no explanation,
        without explanation, no apology, no communication, lack of communication, lack of support,
        lack of response, lack of service, lack of professionalism, lack of respect, poor communication
    """, "close"),
    # Leaving
    _negative(2.0, """
        never again, never use, never fly, never buy, never buying, never order, never ordering, never purchase,
        never shop, never coming back, never come back, never going back, never return, never recommend,
        will never use, lost a customer, lose a customer, losing a customer, lost my business, lose my business,
        lost a loyal customer, taking my business elsewhere, take my business elsewhere, my business elsewhere,
        go elsewhere, going elsewhere, look elsewhere, looking elsewhere, stay away, steer clear, avoid,
        buyer beware, beware, warn others, warn everyone, tell everyone, do not buy, don't buy, do not recommend,
        don't recommend, wouldn't recommend, would not recommend, cannot recommend, can't recommend, do not use,
        don't bother, not worth, not worth it, isn't worth, want my money back, give me my money back,
        save your money, should be ashamed, ashamed, do better, get your act together, get it together,
        fix your, step up, switching to, switch to a competitor, thanks for nothing, thank you for nothing,
        thanks a lot for, no thanks to, the least you could do, you people, what a joke, are you kidding,
        are you kidding me, you must be joking, are you serious, seriously, unbelievable, unbelievably,
        beyond belief, makes no sense, doesn't make sense, not fair, not happy, not ok, not okay, not cool,
        not good enough, isn't good enough, good enough excuse, not right, worst customer service,
        bad customer service, bad service, bad experience, poor service, poor customer service, poor quality,
        poor experience, poorly designed, poorly made, low quality, bad quality, falls apart, fell apart,
        falling apart, never worked, never works, doesn't even, don't even, can't even, cannot even, didn't even,
        not even, supposed to be, what is the point, what's the point, nothing but problems, nothing but trouble
    """, "never"),
    # Complaints by name, and hints
    _negative(1.0, """
        complain, complained, complaining, complains, complaint, complaints, gripe, gripes, dislike, disliked,
        dislikes, didn't like, don't like, do not like, doubt, doubtful, questionable, lame, meh, so-so, noisy,
        flaky, sluggish, bulky, scratchy, fragile, complicated, overcomplicated, inconvenient, inconvenience,
        inconvenienced, inconsistent, nonsense, overcharged, overcharge, overcharging, unwanted, unexpected,
        unresponsive, unresolved, unanswered, undelivered, unclear, neglected, neglect, mistreated, denied,
        cancelled flight, cancelled my flight, cancelled on me, lost my luggage, lost my bag, lost my bags,
        damaged my, ruined, ruining, ruin, destroyed, missed my, missed our, failed me, failed us, wrongly,
        falsely, against my will, without my consent, without my permission, illegal, illegally, violated,
        unlawful, harm, harmful, harmed, victim, hoping for better, expected better, expected more,
        used to be good, used to be better, went downhill, gone downhill, going downhill, going backwards,
        too slow, too small, too loud, too long, too many, too much, too difficult, too hard, too complicated,
        hard to use, difficult to use, difficult, difficulty, difficulties, not easy, hard to, be warned,
        only complaint, trouble, troublesome, problematic, cheap, cheaply, pricey, expensive, wish, lost all faith,
        lost faith, lost confidence, no confidence, no longer trust
    """, "close"),
    _negative(0.5, """
        late, delay, delays, delayed, cancelled, canceled, never, wait, waited, hours, again, shame, sorry excuse,
        wish you, wish they, only reason
    """, "close"),
)

POSITIVE: tuple[Group, ...] = (
    # Delight
    _positive(3.0, """
        love, loved, loves, loving, lovely, adore, adored, excellent, excellently, excellence, outstanding,
        fantastic, fantastically, fabulous, fabulously, wonderful, wonderfully, amazing, amazingly, amazed,
        awesome, awesomely, brilliant, brilliantly, superb, superbly, splendid, terrific, phenomenal, marvelous,
        marvellous, magnificent, incredible, incredibly, exceptional, exceptionally, extraordinary, stellar,
        perfect, perfectly, perfection, flawless, flawlessly, impeccable, impeccably, stunning, spectacular,
        gorgeous, beautiful, beautifully, delightful, delighted, delight, thrilled, ecstatic, overjoyed, elated,
        blown away, best ever, the best, best customer service, best service, best support, world class,
        top notch, topnotch, first class service, second to none, five stars, 5 stars, 10/10, a+, life saver,
        lifesaver, you rock, rocks, rockstar, hats off, kudos, bravo, well done, great job, good job, nice job,
        excellent job, amazing job, great work, good work, nice work, keep up the good work, keep it up, wow, yay,
        woohoo, hooray, couldn't be happier, could not be happier, couldn't ask for more, exceeded expectations,
        exceeded my expectations, exceeded our expectations, above and beyond, highly recommend,
        highly recommended, strongly recommend, would recommend, would definitely recommend, definitely recommend,
        can't go wrong, cannot go wrong, can't beat, cannot beat, can't be beat, hard to beat, made my day,
        can't thank you enough, cannot thank you enough, can't say enough, loyal customer for life
    """),
    # Contentment and praise
    _positive(2.0, """
        great, greatly, greatest, happy, happily, happier, happiest, happiness, glad, gladly, pleased, pleasing,
        pleasure, pleasant, pleasantly, pleasantly surprised, satisfied, satisfying, satisfaction, satisfactory,
        content with, enjoy, enjoyed, enjoying, enjoys, enjoyable, joy, fun, excited, exciting, excitement,
        impressed, impressive, impressively, impress, best, nice, nicely, nicer, nicest, good, superior,
        remarkable, remarkably, praise, praised, compliment, compliments, applaud, commend, commendable, admire,
        admirable, worthy, worthwhile, well worth, worth it, worth the money, worth every penny,
        worth every cent, worth the price, great value, good value, bargain, a steal, great deal, good deal,
        great price, good price, recommend, recommended, recommending, recommends, favorite, favourite, fave, cool,
        sweet, superbly done, neat, slick, elegant, sleek, stylish, handy, helpful, very helpful, so helpful,
        helpfully, kind, kindness, friendly, friendlier, courteous, courtesy, polite, politely, considerate,
        thoughtful, caring, attentive, patient with me, professional, professionally, professionalism,
        knowledgeable, competent, skilled, talented, hero, heroes, star, champion, champ, genius, angel, gem,
        efficient, efficiently, efficiency, effective, effectively, effortless, effortlessly, painless, hassle free,
        seamless, seamlessly, smooth, smoothly, prompt, promptly resolved, quick response, fast response,
        quick reply, speedy, swift, swiftly, timely, responsive, reliable, reliably, reliability, dependable,
        trustworthy, honest, honestly great, fair price, generous, generously, sturdy, solid, durable, robust,
        well made, well built, well designed, well thought out, user friendly, intuitive, easy, easily, easier,
        easiest, easy to use, simple to use, ease of use, ease, convenient, conveniently, comfortable, comfortably,
        comfy, crisp, vivid, accurate, versatile, powerful, innovative, useful, usefulness, valuable, beneficial,
        works great, works well, works perfectly, works fine, works like a charm, like a charm, working great,
        working perfectly, working well, works as advertised, as advertised, does the job, does what it,
        does the trick, no complaints, no problems, no problem at all, without a problem, without any problems,
        without a hitch, no regrets, no issues, so far so good, can't complain, cannot complain, better than, better
    """),
    # Gratitude, meant
    _positive(2.0, """
        grateful, gratitude, thankful, thankfully, appreciative, blessed, much appreciated, greatly appreciated,
        really appreciate, truly appreciate, very much appreciate, so much, thank you so much, thanks so much,
        thank you very much, many thanks, thanks a million, thanks a bunch, thanks again, big thanks, huge thanks,
        special thanks, thank you for the quick, thanks for the quick, thank you for your quick,
        thanks for your quick, thank you for the prompt, thanks for the prompt, thank you for your prompt,
        thanks for your prompt, thank you for the great, thanks for the great, thanks for fixing,
        thank you for fixing, thanks for resolving, thank you for resolving, thanks for solving,
        thank you for solving, thank you for all, thanks for all, would like to thank, wanted to thank,
        want to thank, just wanted to say thanks, just wanted to say thank you, hugs, cheers to, shout out,
        shoutout, props
    """),
    # It is in order again
    _positive(1.5, """
        resolved, solved, fixed now, is fixed, all fixed, problem fixed, problem solved, problem is solved,
        problem resolved, issue resolved, issue is resolved, issue has been resolved, issue fixed,
        resolved quickly, solved quickly, fixed quickly, works now, works again, working now, working again,
        is working, sorted out, all sorted, all good, up and running, back online, helped me, helped us,
        helped a lot, saved me, saved us, saved my, understanding of my, made it right, made things right,
        made up for it, success, successful, successfully, improved, improvement, improvements, improving, improves
    """),
    # Hints
    _positive(1.0, """
        nice to, decent, fairly priced, affordable, inexpensive, reasonable, reasonably priced, acceptable,
        adequate, faster, fastest, quick, compact, lightweight, light weight, attractive, like the, i like,
        we like, really like, liked, likes, like it, like this, proud, proudly, trusted, confident, relief,
        relieved, luckily, lucky, fortunately, fortunate, congrats, congratulations, appreciate, appreciated,
        appreciates, appreciation, haha, xoxo, right choice, smart, upgraded me, winner, ideal, advantage,
        advantages, benefits, positive, pros
    """),
    _positive(0.5, """
        well, fine, ok, okay, fair, fast, quickly, quicker, clearly, clean, bright, portable, rich, strong, sharp,
        interesting, plus, hope, hopeful, hopefully, looking forward, look forward, trust, confidence, welcome,
        yes, lol, quality, works, worked, favor, loyal, win, wins
    """),
    # Polite formulas
    Group("positive", 1.2, split_terms("""
        thank you, thanks, thankyou, thank u, thx, thnx, ty, tks, cheers, thank you for your help,
        thanks for your help, thank you for the help, thanks for the help, thank you for your assistance,
        thank you for your support, thanks for your support, thanks for the reply, thanks for your reply,
        thank you for your reply, thanks for the update, thank you for the update, thanks for getting back
    """), "never", courtesy=True),
    # Shields: formulas that say nothing about how the writer feels
    _shield("""
        thanks in advance, thank you in advance, many thanks in advance, thanking you in advance,
        thank you for your time, thank you for your attention, thank you for your understanding,
        thanks for your understanding, thanks for your time, thank you for your consideration,
        thank you for contacting, thanks for contacting, thank you for your email, thank you for reaching out,
        thanks for reaching out, no thank you, no thanks, would appreciate, would be appreciated,
        be much appreciated, would be greatly appreciated, be greatly appreciated, i'd appreciate, we'd appreciate,
        appreciate it if, appreciate if, appreciate your help, appreciate any help, any help is appreciated,
        good morning, good afternoon, good evening, good day, good night, good luck, have a good day,
        have a nice day, have a great day, have a good weekend, have a nice weekend, have a great weekend,
        have a good one, have a wonderful day, hope this finds you well, hope you are well, hope you're well,
        hope all is well, finds you well, best regards, best wishes, best practice, best practices, kind regards,
        kindest regards, warm regards, all the best, best way, best time to, what is the best, would be great,
        would be nice, would be good, would be helpful, would be perfect, would be awesome, would be wonderful,
        would be better, would be useful, it would be great if, would be happy to, would love to, would love,
        i'd love to, we'd love to, happy to help, happy to provide, glad to help, feel free, please feel free,
        kind of, what kind, this kind, any kind, some kind, fair use, as well, as well as, great deal of time,
        good faith, a good time, customer satisfaction, professional services, professional plan,
        free upgrade to, better business bureau, value added, set value, default value, values, true value,
        well known, star rating, looking forward to your, look forward to your, looking forward to hearing,
        look forward to hearing, hope to hear, i hope you, hope you can, hope this helps, patience,
        thank you for your patience, thanks for your patience, your patience, sorry to bother,
        sorry for bothering, sorry for the trouble, easy way, easiest way, better way, sad to, gladly pay,
        is working on, as good as, so to speak, best suits, so much time, so much money, so much trouble,
        like to, would like, i'd like, successful payment, successfully charged, successful login,
        not resolved, not been resolved, never resolved, not solved, not been solved, not fixed,
        hasn't been resolved, has not been resolved, haven't resolved, to be resolved, be resolved, get resolved,
        got resolved, gets resolved, resolved yet, resolved as soon, need this resolved, this resolved, be solved,
        how well, hold well, may as well, might as well, fine print, a fine, fines, quick question, clear my,
        clear the, clear cache, cleared, clean install, strong password, yes or no, works council, plus sign
    """),
)

SENTIMENT: tuple[Group, ...] = NEGATIVE + POSITIVE
