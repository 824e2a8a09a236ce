"""Positive sentiment: delight, satisfaction and sincere thanks, and polite phrases that are not.

The scale is that of negative sentiment: a sum of 0.5 decides.
"""

from tickets.classification.vocabularies.group import Group, Negation, split_terms


def _positive(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("positive", weight, split_terms(terms), negation)


def _shield(terms: str) -> Group:
    return Group("positive", 0.0, split_terms(terms), "never")


POSITIVE: tuple[Group, ...] = (
    # Delight
    _positive(
        3.0,
        """
        love, loved, loves, loving, lovely, adore, adored, excellent, excellently, excellence, outstanding,
        fantastic, fantastically, fabulous, fabulously, wonderful, wonderfully, amazing, amazingly, amazed,
        awesome, awesomely, brilliant, brilliantly, superb, superbly, splendid, terrific, phenomenal, marvelous,
        marvellous, magnificent, incredible, incredibly, exceptional, exceptionally, extraordinary, stellar,
        perfect, perfectly, perfection, flawless, flawlessly, impeccable, impeccably, stunning, spectacular,
        gorgeous, beautiful, beautifully, delightful, delighted, delight, thrilled, ecstatic, overjoyed, elated,
        blown away, best ever, the best, best customer service, best service, best support, world class,
        top notch, topnotch, first class service, five stars, 5 stars, 10/10, life saver, lifesaver, you rock,
        rocks, rockstar, hats off, kudos, bravo, well done, great job, good job, nice job, excellent job,
        amazing job, great work, good work, nice work, keep up the good work, keep it up, yay, woohoo,
        hooray, couldn't be happier, could not be happier, couldn't ask for more, exceeded expectations,
        exceeded my expectations, exceeded our expectations, above and beyond, highly recommend,
        highly recommended, strongly recommend, would recommend, would definitely recommend,
        definitely recommend, can't go wrong, cannot go wrong, can't beat, cannot beat, can't be beat,
        hard to beat, made my day, couldn't be better, could not be better, couldn't be any, could not be any,
        couldn't be easier, recommend it enough, recommend them enough, recommend this enough,
        recommend you enough, praise it enough, praise them enough, thank them enough, thank him enough,
        thank her enough, won't regret, will not regret, won't be disappointed, will not be disappointed,
        wasn't disappointed, not been disappointed, not disappointed, never been disappointed,
        never disappointed, unbeatable, no brainer, bang for the buck, bang for your buck, value for money,
        value for the money, won me over, win win, must have, must buy, breath of fresh air, dream come true,
        like a dream, second to none, spot on, on point, lightning fast, went out of his way,
        went out of her way, went out of their way, extra mile, kicks ass, kick ass, badass, 10 stars,
        ten stars, can't thank you enough, cannot thank you enough, can't say enough, loyal customer for life
    """,
    ),
    # Contentment and praise
    _positive(
        2.0,
        """
        great, greatly, greatest, happy, happily, happier, happiest, happiness, glad, gladly, pleased, pleasing,
        pleasure, pleasant, pleasantly, pleasantly surprised, satisfied, satisfying, satisfaction, satisfactory,
        content with, enjoy, enjoyed, enjoying, enjoys, enjoyable, joy, fun, excited, exciting, excitement,
        impressed, impressive, impressively, impress, nice, nicely, nicer, nicest, good, superior, remarkable,
        remarkably, praise, praised, compliment, compliments, applaud, commend, commendable, admire, admirable,
        worthy, worthwhile, well worth, worth it, worth the money, worth every penny, worth every cent,
        worth the price, great value, good value, great deal, good deal, great price, good price, recommend,
        recommended, recommending, recommends, favorite, favourite, fave, cool, sweet, superbly done, neat,
        slick, elegant, sleek, stylish, handy, helpful, very helpful, so helpful, helpfully, kind, kindness,
        friendly, friendlier, courteous, polite, politely, considerate, thoughtful, caring, attentive,
        patient with me, professional, professionally, professionalism, knowledgeable, competent, skilled,
        talented, hero, heroes, champion, champ, genius, angel, gem, efficient, efficiently, efficiency,
        effective, effectively, effortless, effortlessly, painless, hassle free, seamless, seamlessly, smooth,
        smoothly, prompt, promptly, quick response, fast response, quick reply, speedy, swift, swiftly, timely,
        responsive, reliable, reliably, reliability, dependable, trustworthy, honest, honestly great,
        fair price, generous, generously, sturdy, solid, durable, robust, well made, well built, well designed,
        well thought out, user friendly, intuitive, easy, easily, easiest, easy to use, simple to use,
        ease of use, ease, convenient, conveniently, comfortable, comfortably, comfy, crisp, vivid, accurate,
        versatile, powerful, innovative, useful, usefulness, valuable, beneficial, works great, works well,
        works perfectly, works fine, works like a charm, like a charm, working great, working perfectly,
        working well, works as advertised, as advertised, does the job, does what it, does the trick, not bad,
        not too bad, a bargain, a star, so much better, much better, big plus, huge plus, a plus, plenty of,
        whoa, no regret, without flaw, without a flaw, up and running quickly, no hassle, worry free,
        stress free, trouble free, no complaints, no problems, without a problem, without any problems,
        without a hitch, no regrets, no issues, so far so good, can't complain, cannot complain, better than
    """,
    ),
    # Gratitude, meant
    Group(
        "positive",
        2.0,
        split_terms("""
        grateful, gratitude, thankful, thankfully, appreciative, blessed, much appreciated, greatly appreciated,
        really appreciate, truly appreciate, very much appreciate, thank you so much, thanks so much,
        thank you very much, many thanks, thanks a million, thanks a bunch, thanks again, big thanks,
        huge thanks, special thanks, thank you for the quick, thanks for the quick, thank you for your quick,
        thanks for your quick, thank you for the prompt, thanks for the prompt, thank you for your prompt,
        thanks for your prompt, thank you for the great, thanks for the great, thanks for fixing,
        thank you for fixing, thanks for resolving, thank you for resolving, thanks for solving,
        thank you for solving, thank you for all, thanks for all, would like to thank, wanted to thank,
        want to thank, just wanted to say thanks, just wanted to say thank you, hugs, cheers to, shout out,
        shoutout, props
    """),
        "any",
        gratitude=True,
    ),
    # It is in order again
    _positive(
        1.5,
        """
        resolved, solved, fixed now, is fixed,
        (was|were|got|been) (fixed|solved|resolved) (within|in|the same|quickly|right away), all fixed,
        problem fixed, problem solved, problem is solved, problem resolved, issue resolved, issue is resolved,
        issue has been resolved, issue fixed, resolved quickly, solved quickly, fixed quickly, works now,
        works again, working now, working again, is working, sorted out, all sorted, all good, up and running,
        back online, helped me, helped us, helped a lot, saved me, saved us, saved my, understanding of my,
        made it right, made things right, made up for it, success, successful, successfully, improved,
        improvement, improvements, improving, improves
    """,
    ),
    # Said of people
    _positive(
        2.0,
        """
        you guys rock, guys rock, you all rock, team rocks, y'all rock, they rock, made our day,
        saved the day, saved my day, you're the best, you are the best, the best service,
        keep up the great work, hats off to, legend, legends, killing it,
        nailed it, went above, went out of, out of your way, out of their way,
        going the extra mile
    """,
    ),
    # Qualities that please
    _positive(
        1.0,
        """
        also like, like how, like that it, like about, liked about, like most, ll like, will like,
        really i liked, for the price, for the money, price is right, at this price, many features, packed with,
        loaded with, holds up, held up, stands up, going strong, still going strong, still works great,
        no need to worry, even better, best part, best thing, best of all, big improvement, huge improvement,
        never a problem, not a problem, not a single problem, hasn't failed, has not failed, no complaint,
        fits perfectly, fits well, fits nicely, feels solid, feels right, feels great, feels good, looks great,
        looks good, looks nice, sounds great, sounds good, you won't find, will not find a better,
        never want to, wouldn't trade, would not trade, buy this, go get it, buy it now, i'm sold, thank god,
        thank goodness, thank heavens, looking good, as good as new, like new, brand new look, easy on the,
        gets the job done, got the job done, get the job done, job well done, more than happy,
        couldn't live without, can't live without, could not live without, cannot live without, can't imagine,
        can't put it down, cannot put it down, versatility, simplicity, vibrant, clarity, colorful, colourful,
        cute, adorable, charming, charm, classy, ergonomic, ergonomically, snappy, crystal clear, precision,
        spacious, roomy, abundant, plentiful, sophisticated, state of the art, cutting edge, top of the line,
        high end, high quality, unmatched, unrivaled, unrivalled, unparalleled, unsurpassed, outperforms,
        outperform, outperformed, surpasses, surpass, surpassed, superior to, ahead of, gold standard, renowned,
        feature rich, does everything, has everything, have everything, everything i need, everything you need,
        everything we need, all i need, all you need, never looked back, pretty good, very good, really good,
        good enough for, more than enough, glad i, glad we, glad that, so glad, no contest, no comparison,
        hands down, by far the, a breeze, breeze, piece of cake, easy as pie, a snap, a cinch, in no time,
        at a glance, at my fingertips, customizable, customisable, expandable, well organized, well organised,
        laid out, polished, refined, tasteful, cozy, cosy, tasty, delicious, yummy, juicy, relaxing, peaceful,
        sensational, magical, magic, miracle, treasure, wisely, brave, bravely, heartwarming, inspiring,
        inspirational, motivated, encouraging, hilarious, humor, humour, entertaining, amused, amusing,
        fascinated, fascinating, satisfies, meets my needs, meets all my, met my expectations,
        met our expectations, saves time, saves me, time saver, time saving, cost effective, cost-saving,
        economical, thrifty, worth a, worth every, worth having, thumbs up, two thumbs up, cooperative,
        accommodating, obliging, welcoming, hospitable, gracious, graciously, diligent, devoted, passionate,
        insightful, informative, instructive, agile, ahead of schedule, earlier than expected,
        sooner than expected, better than expected, faster than expected, exactly what i, exactly what we,
        just what i, just what we, exactly as described, as described, no surprises, peace of mind, reassured,
        reassuring, comforting, refreshing, refreshed, bliss, blissful, paradise, heavenly, divine, sublime,
        exquisite, graceful, gracefully, glorious, legendary, superstar, masterpiece, work of art, workhorse,
        powerhouse, beauty, beauties, sweetest
    """,
    ),
    # Hints
    _positive(
        1.0,
        """
        sensibly, buy another, buy it again, buy again, order again, ordering again, use again, come back again,
        priced right, priced well, well priced, just right, good looking, won over, never had a problem,
        never had any problems, never had an issue, never had any issues, no trouble, never fails, never failed,
        never lets me down, recomend, recomended, recommand, excellant, definately recommend, long lasting,
        favourable, favorable, enhances, enhanced, improve my, rewarding, fairly priced, affordable,
        inexpensive, reasonably priced, lightweight, light weight, like the, i like, we like, really like,
        proudly, relieved, luckily, lucky, fortunately, fortunate, congrats, congratulations, appreciate,
        appreciates, appreciation, haha, xoxo, right choice, upgraded me
    """,
    ),
    _positive(
        0.4,
        """
        quickly, quicker, bright, portable, rich, strong, sharp, interesting, hopeful, looking forward,
        look forward, lol, favor, loyal, win, wins, decent, cheaper than, costs less, saves, saved, lasts,
        flexible, flexibility, plus, well, clearly
    """,
    ),
    # Hints that need company
    _positive(
        0.4,
        """
        best, easier, definitely, fine, ok, okay, fair, better, clean, hope, hopefully, trust, confidence,
        welcome, quality, works, worked, value, worth, fast, unique, tough, hardy, fluid, premium, capable,
        ample, precise, killer, beast, safely, wise, wisdom, touching, promising, funny, addictive, addicted,
        engaging, economic, deserve, deserves, earned, committed, dedicated, experienced, expertise, thorough,
        thoroughly, rapid, rapidly, on time, in minutes, within minutes, instantly, as promised, as expected,
        fresh, rugged, reputation, reputable, supportive, simple, quiet, quietly, modern, be back, faster,
        fastest, quick, compact, acceptable, adequate, reasonable, smart, ideal, advantage, advantages,
        benefits, positive, pros, trusted, proud, confident, liked, likes, appreciated, relief, nice to, bonus,
        comfort, sensible, low price, lower price, clear and, winner, tons of, a ton of, convinced, keeper,
        comprehensive, educational, inspired, encouraged, exceeds, exceeded, straightforward, straight forward,
        like it, like this, attractive, wow
    """,
    ),
    # Polite formulas
    Group(
        "positive",
        1.2,
        split_terms("""
        thank you, thanks, thankyou, thank u, thx, thnx, ty, tks, thank you for your help,
        thanks for your help, thank you for the help, thanks for the help, thank you for your assistance,
        thank you for your support, thanks for your support, thanks for the reply, thanks for your reply,
        thank you for your reply, thanks for the update, thank you for the update, thanks for getting back
    """),
        "never",
        courtesy=True,
        gratitude=True,
    ),
    # Shields: formulas that say nothing about how the writer feels
    _shield("""
        thanks in advance, thank you in advance, many thanks in advance, thanking you in advance,
        thank you for your time, thank you for your attention, thank you for your understanding,
        thanks for your understanding, thanks for your time, thank you for your consideration,
        thank you for contacting, thanks for contacting, thank you for your email, thank you for reaching out,
        thanks for reaching out, no thank you, no thanks, would appreciate, would be appreciated,
        be much appreciated, would be greatly appreciated, be greatly appreciated, i'd appreciate,
        we'd appreciate, appreciate it if, appreciate if, appreciate your help, appreciate any help,
        any help is appreciated, good morning, good afternoon, good evening, good day, good night, good luck,
        have a good day, have a nice day, have a great day, have a good weekend, have a nice weekend,
        have a great weekend, have a good one, have a wonderful day, hope this finds you well,
        hope you are well, hope you're well, hope all is well, finds you well, best regards, best wishes,
        best practice, best practices, kind regards, kindest regards, warm regards, all the best, best way,
        best time to, what is the best, would be great, would be nice, would be good, would be helpful,
        would be perfect, would be awesome, would be wonderful, would be better, would be useful,
        it would be great if, would be happy to, would love to, would love, i'd love to, we'd love to,
        cheers, happy to help, happy to provide, glad to help, feel please feel kind of, this kind, any kind, some kind,
        fair use, as well, as well as, great deal of time, good faith, a good time, customer satisfaction,
        professional services, professional plan, free upgrade to, better business bureau, value added,
        set value, default value, values, true value, well known, star rating, looking forward to your,
        look forward to your, looking forward to hearing, look forward to hearing, hope to hear, i hope you,
        hope you can, hope this helps, patience, thank you for your patience, thanks for your patience,
        your patience, sorry to bother, sorry for bothering, sorry for the trouble, easy way, easiest way,
        better way, sad to, gladly pay, is working on, as good as, so to speak, best suits, so much time,
        so much money, so much trouble, like to, would like, i'd like, successful payment, successfully charged,
        successful login, no doubt, without a doubt, idiot proof, foolproof, better known, get a better,
        buy a better, need a better, need better, needs better, much to ask, as much as, lies in, lies with,
        pain points, to lie, to avoid, avoid this in, wish to, wishes to, i wish you, too large, too long ago,
        me too, you too, us too, too good, not too, i too, it too, too if, them too, that too, this too,
        none too, still in, only if, only for, only in, only when, only the, only then, read only, only one,
        try again, tried again, again in, log in again, start again, business hours, opening hours,
        office hours, working hours, hours of operation, 24 hours, 48 hours, within hours, few hours ago,
        hours ago, not at all, well as, go beyond, beyond that, very well, kind of you, not resolved,
        not been resolved, never resolved, not solved, not been solved, not fixed, hasn't been resolved,
        has not been resolved, haven't resolved, to be resolved, be resolved, get resolved, got resolved,
        gets resolved, resolved yet, resolved as soon, need this resolved, this resolved, be solved, how well,
        hold well, may as well, might as well, fine print, a fine, fines, quick question, clear my, clear the,
        clear cache, cleared, clean install, strong password, yes or no, works council, plus sign
    """),
)
