"""Urgency: what makes a ticket urgent, and what says that it can wait.

A sum of 1.0 is high, 0.4 medium. A weight of 1.0 decides alone; smaller weights of the label "high" add up.
"""

from tickets.classification.vocabularies.english.negative import BROKEN_FEELINGS
from tickets.classification.vocabularies.group import Group, Matter, Negation, split_terms


def _always(matter: Matter, terms: str) -> Group:
    return Group("high", 1.0, split_terms(terms), "close", always=True, matter=matter)


def _high(weight: float, terms: str, negation: Negation = "close") -> Group:
    return Group("high", weight, split_terms(terms), negation)


def _medium(terms: str, negation: Negation = "close") -> Group:
    return Group("medium", 0.4, split_terms(terms), negation)


def _low(weight: float, terms: str) -> Group:
    return Group("low", weight, split_terms(terms), "never")


URGENCY: tuple[Group, ...] = (
    # Legal threats. Bare "sue" and "court" are also a name and a place to play tennis.
    _always(
        "legal",
        """
        lawsuit, lawsuits, law suit, law suits, sue you, sue your, sue the, sue them, sue for, sue over,
        will sue, to sue, ll sue, gonna sue, can sue, could sue, may sue, might sue, shall sue, must sue,
        or sue, suing, sued, legal action, legal actions, legal proceedings, legal steps, legal measures,
        legal recourse, legal remedies, legal claim, legal notice, legal threat, class action, cease and desist,
        litigation, litigate, subpoena, small claims, take you to court, taking you to court,
        take this to court, taking this to court, take them to court, see you in court, go to court,
        going to court, in court, court order, court case, court claim, court date, my lawyer, my lawyers,
        our lawyer, our lawyers, a lawyer, my attorney, my attorneys, our attorney, our attorneys, an attorney,
        my solicitor, our solicitor, our solicitors, a solicitor, legal counsel, our counsel, press charges,
        pressing charges, breach of contract, statutory rights, consumer protection, trading standards,
        attorney general, better business bureau, report you to, reporting you to, reported you to, regulator,
        regulators, ombudsman, file a complaint with, filing a complaint with, filed a complaint with
    """,
    ),
    # Chargebacks
    _always(
        "chargeback",
        """
        chargeback, chargebacks, charge back, charge backs, charged back, dispute the charge,
        dispute the charges, dispute this charge, dispute these charges, dispute the payment,
        disputing the charge, disputing this charge, disputed the charge, disputed the charges, payment dispute,
        dispute with my bank, dispute it with my bank, reverse the charge, reverse the charges,
        reverse the payment
    """,
    ),
    # Breaches of security and of privacy
    _always(
        "breach",
        """
        security breach, security breaches, data breach, data breaches, privacy breach, breached, breaching,
        breach of security, breach of data, data leak, data leaks, data leaked, leaked, leaking data,
        leaking personal data, hacked, hacker, hackers, got hacked, ransomware, malware attack, cyberattack,
        cyber attack, phishing attack, account takeover, identity theft, stolen identity, stolen data,
        security incident, account compromised, account was compromised, account has been compromised,
        account is compromised, been compromised, was compromised, credentials compromised,
        compromised credentials, unauthorized access, unauthorised access, unauthorized login,
        unauthorised login, gdpr violation, gdpr violations, gdpr complaint, gdpr breach, hipaa violation,
        privacy violation, data protection authority, other customers data, other customer s data,
        other people s data, someone else s data, another customer s data, see other customers, exposed data,
        exposed personal data, personal data exposed, exposed passwords
    """,
    ),
    # Danger to people
    _always(
        "safety",
        """
        (smell|smells|smelled|smelt|smelling|stinks) of gas, smell gas, smells gas, smelling gas, smelled gas,
        gas smell, gas leak, gas leaks, gas is leaking, leaking gas, gas leaking, gas escaping, strong gas,
        carbon monoxide, co alarm, on fire, caught fire, catch fire, catches fire, catching fire,
        burst into flames, in flames, flames, (started|began|starts|begins) to smoke,
        smoke (coming|came|pouring|rising), full of smoke, smoke from the, burning smell, smell of burning,
        smells of burning, smells like burning, smells burnt, scorched, melted, sparks, sparked, sparking,
        (electric|electrical) (shock|shocks), electrocuted, bare wires, exposed wires, live wire, live wires,
        live cable, explode, explodes, exploded, exploding, explosion,
        burned (my|her|his|our|their) (hand|hands|arm|face|skin|leg),
        burnt (my|her|his|our|their) (hand|hands|arm|face|skin|leg), injured, injury, injuries,
        (got|gets|was|were|is|been|be|badly|seriously) hurt, cut (my|her|his) (hand|finger|foot|arm|face|lip),
        stitches, broke (my|her|his) (arm|leg|wrist|ankle|hip), bleeding, unconscious, fainted, concussion,
        ambulance, (to|in|into) hospital, emergency room, rushed to the hospital, taken to the hospital,
        allergic reaction, allergic shock, anaphylactic, choked, choking, choking hazard, swallowed, poisoned,
        poisoning, food poisoning, overdose, life support, oxygen (concentrator|machine|device|supply|tank),
        ventilator, ventilators, dialysis, pacemaker, infusion pump, insulin (pump|fridge), breathing machine,
        medical (device|devices|equipment|emergency), life threatening, danger to life, risk to life,
        mortal danger, lives at risk, somebody could die, someone could die, could have died,
        could have been killed, will die, going to die, nearly died, safety hazard, fire hazard, safety risk,
        kill (myself|himself|herself|themselves), killing (myself|himself|herself), suicide, suicidal,
        end my life, ending my life, take my (own|) life, hurt myself, harm myself, hurting myself, self harm,
        don't want to live, do not want to live, no reason to live, want to die,
        kill (you|him|her|them|somebody|someone|everyone), hurt (you|somebody|someone|him|her), death threat,
        death threats, threatened to (kill|hurt|shoot|stab), bomb, bombs, gunman, brakes failed, no brakes,
        trapped in, stuck in the (lift|elevator)
    """,
    ),
    # The same words where nobody is in danger
    _high(
        0.0,
        """
        fire sale, fire sales, team is on fire, business is on fire, bath bomb, bath bombs, photo bomb, sparks joy, sparks of, sparks an,
        smoke detector, smoke alarm, smoke alarms, melted my heart, no injuries, without injury, nobody was hurt, no one was hurt,
        nobody got hurt, no one got hurt, emergency (torch|torches|light|lights|kit|kits|number|stop|brake|plan|plans|drill|power|generator),
        critical eye, critical path, critical reading, feared the worst, fear the worst, feared for the worst, expected the worst,
        is right now, are right now, was right now, and right now, looks right now, fits right now, works right now,
        would (hate|love) to (kill|hurt) you, gas (smell|smells) like, if (i|we|you|someone|somebody|anyone|one) (smell|smells) gas,
        critical (load|mass|moment|moments|illness|reviews|theory), was a critical one, a critical one for us,
        executive (lounge|lounges|suite|suites|room|rooms|floor|class|chair|chairs|desk|education|search),
        emergency (access|release|blanket|blankets|lamp|lamps|fund), (on|in) an emergency (basis|plan),
        evacuation (plan|plans|route|routes|drill|drills), (chargeback|data breach|breach) (policy|policies|fee|fees|insurance|training),
        (looked|looking) up (a|my|our) lawyer, (spoke|spoken|thought|thinking|talked) of (a|my|our) lawyer,
        no (lawyer|lawyers|solicitor) needed, no (lawyer|lawyers|solicitor) necessary, had called (a|my|our) lawyer,
        (a|our|my) (lawyer|lawyers) (understood|laughed|smiled|liked|loved), our lawyers (were happy|are happy|like|love)
    """,
    ),
    # Data protection in general
    _high(
        1.0,
        """
        breach, breaches, gdpr, ccpa, hipaa, right to be forgotten, right to erasure, subject access request,
        dsar, data protection officer, personal data request, security vulnerability, vulnerability,
        sql injection, lawyer, lawyers, attorney, attorneys, solicitor, solicitors, legal department, legal team
    """,
    ),
    _high(0.5, "police, illegal, unlawful, compliance, privacy, violation, violations, liable"),
    # Money that has to go back. "You did not refund me" is as urgent as "refund me".
    _high(
        1.0,
        """
        refund, refunds, refunded, refunding, reimburse, reimbursed, reimbursement, reimbursements, money back,
        give me my money, want my money, need my money, return my money, credit my account, pay me back
    """,
        "never",
    ),
    _high(
        0.0,
        """
        refund policy, refund policies, refund conditions, refundable, thanks for the refund, no refund needed,
        thank you for the refund, received the refund, received my refund, got the refund, got my refund,
        not asking for a refund, don't want a refund, do not want a refund, don't need a refund,
        do not need a refund, not want a refund
    """,
    ),
    _high(
        1.0,
        """
        fraud, fraudulent, fraudulently, unauthorized charge, unauthorized charges, unauthorised charge,
        unauthorised charges, unauthorized transaction, unauthorized transactions, unauthorised transaction,
        unauthorised transactions, unauthorized payment, unauthorised payment, stolen card, card was stolen,
        stolen credit card, charged without my consent, charged without my permission, charged without consent,
        without my authorization, without my authorisation, double charged, charged twice, charged me twice,
        billed twice, charged multiple times, charged three times, duplicate charge, duplicate charges
    """,
    ),
    # Speed asked for
    _high(
        1.0,
        """
        urgent, urgently, urgency, asap, a.s.a.p, as soon as possible, as soon as you can, immediately,
        immediate, immediate attention, immediate action, emergency, emergencies, right now, right away,
        straight away, at once, without delay, without further delay, time critical, time sensitive,
        top priority, high priority, highest priority, priority one, priority 1, p1, sev1, sev 1, severity 1,
        drop everything, cannot wait, can't wait any longer, cannot wait any longer, can't wait until,
        within the hour, within an hour, within 24 hours, in the next hour, next 24 hours, end of day today,
        by end of day, by eod, by close of business, by cob, need this today, needed today, need it today,
        must be fixed today, needs to be fixed today, before it is too late, extremely important,
        very important, deadline is today, deadline today, deadline tonight, by law, time is running out, running out of time,
        final warning, last warning, final notice, last chance
    """,
    ),
    # The same words where nobody hurries
    _high(
        0.0,
        """
        immediately after, immediately before, immediately following, immediately when, immediately upon,
        immediately as, immediately logs, immediately closes, immediately crashes, immediately disappears,
        immediately returns, notify the sender immediately, notify us immediately, notify me immediately,
        delete it immediately, delete this email immediately, immediate family, right now i am,
        right now we are, urgent care, emergency contact, emergency contacts, emergency exit, executive summary,
        executive summaries, executive assistant, critical thinking, critical acclaim, critics,
        escalation policy, escalation matrix, escalation path, escalation rules, privacy policy,
        privacy settings, privacy notice, compliance team, police officer, can not wait to, when convenient
    """,
    ),
    # Weight and rank
    _high(
        1.0,
        """
        critical, critically, crucial, severe, severely, catastrophic, catastrophe, business critical,
        mission critical, showstopper, show stopper, blocker, escalate, escalated, escalates, escalating,
        escalation, escalations, executive, executives, ceo, cto, cfo, coo, board of directors, vice president,
        senior management, upper management, go to the press, going to the press, the media, to the newspapers,
        journalist, journalists, go public, going public, cancel our contract, cancelling our contract,
        terminate our contract, terminate the contract, terminating our contract, switching to a competitor,
        switch to a competitor, moving to a competitor, going to a competitor, leave for a competitor,
        losing customers, losing clients, losing money, losing sales, losing revenue, losing business,
        lost revenue, lost sales, losing orders, costing us, cost us thousands
    """,
    ),
    _high(
        0.3,
        """
        today, tonight, this morning, this afternoon, tomorrow, quickly, soonest, promptly, manager, management,
        supervisor, final, launch, court, courts, eleven at night, at midnight, by midnight, this evening, unwell,
        in pain, our baby, my baby, a baby with us, small children, young children, elderly, wheelchair, night shift,
        on call, nobody knows who, auditors, an hour ago, hours left, our patients, my patients
    """,
    ),
    _high(0.2, "third time, fourth time, fifth time, several times already"),
    # A supply that is gone, and people who cannot do without it
    _high(
        0.5,
        """
        newborn, newborns, newborn baby, premature, months pregnant, weeks pregnant, cut off our, cut off my, cut us off,
        cut off by mistake, cut off our electricity, disconnected our, disconnected us, intensive care
    """,
    ),
    _high(0.2, "clinic, hospital, pharmacy, care home, nursing home"),
    # A warning about a product
    _high(
        0.7,
        """
        your recall, recall list, recall notice, product recall, recall of, been recalled, was recalled,
        is recalled, were recalled, (is|was|are) on the recall
    """,
    ),
    _high(
        0.7,
        """
        all users, all our users, all of our users, every user, everyone is affected, all customers,
        all our customers, whole company, entire company, whole team, entire team, multiple users, many users,
        nobody in the office, no one in the office, the whole office, the entire office
    """,
    ),
    _high(
        0.5,
        """
        important, importantly, serious, seriously, essential, vital, deadline, deadlines, priority, overdue,
        past due, worst, unacceptable, cancel my account, cancel my subscription, cancel our account,
        close my account, closing my account, cancel everything, still waiting, days ago, weeks ago,
        our customers, client meeting, customer facing, go live, board meeting, payroll, safety, dangerous,
        danger, hazard, unsafe
    """,
    ),
    # Nothing works any more, or something is gone
    _high(
        1.0,
        """
        outage, outages, production is down, production down, prod is down, prod down, system is down,
        system down, systems are down, server is down, server down, servers are down, site is down, site down,
        website is down, website down, service is down, service down, services are down, network is down,
        network down, internet is down, database is down, database down, app is down, platform is down,
        everything is down, completely down, still down, api is down, store is down, shop is down,
        payments are down, phones are down, email is down, down for everyone, down for all, went down,
        gone down, total failure, complete failure, data loss, lost data, lost all, lost all our data,
        lost all my data, all data is gone, all our data is gone, data is gone, everything is gone,
        data deleted, data was deleted, data has been deleted, wiped, corrupted data, data corruption,
        work has stopped, work is stopped, at a standstill, standstill, business is stopped, cannot work,
        can't work, unable to work, nobody can log in, no one can log in, nobody can login, no one can login,
        nobody can work, no one can work, cannot process payments, can't process payments, cannot take orders,
        can't take orders, cannot do business, blocking us, blocks us, we are blocked, completely blocked,
        totally blocked
    """,
    ),
    # Trouble that somebody has to look at: medium, however often it is said
    _medium("""
        error, errors, error message, bug, bugs, buggy, glitch, glitches, crash, crashes, crashed, crashing,
        freeze, freezes, frozen, froze, freezing, hangs, hanging, fail, fails, failed, failing, failure,
        failures, fault, faulty, defect, defects, defective, broken, broke, breaks, damaged, damage,
        malfunction, malfunctioning, malfunctions, problem, problems, problematic, issue, issues, trouble,
        troubles, incident, incorrect, incorrectly, wrong, wrongly, mistake, mistakes, missing, invalid,
        corrupt, corrupted, stuck, slow, slowly, slowness, lag, lags, lagging, latency, delay, delays, delayed,
        late, timeout, timeouts, time out, times out, timed out, timing out, disconnected, disconnects,
        disconnecting, offline, unavailable, unreachable, inaccessible, unresponsive, down, blank page,
        blank screen, black screen, white screen, blue screen, denied, access denied, permission denied,
        forbidden, misspelt, misspelled, rejected, declined, blocked, locked, lock out, locked out, expired, lost, disappeared,
        vanished, overcharged, wrong amount, wrong item, wrong product, wrong order, wrong invoice,
        never arrived, not arrived, hasn't arrived, has not arrived, haven't received, have not received,
        not received, did not receive, didn't receive, never received, not delivered, never delivered,
        no response, no reply, bounced, bouncing, virus, malware, spam, phishing, suspicious, compromised,
        password reset, reset my password, forgot my password, forgot password, forgotten password, 404, 500,
        502, 503, 504, internal server error
    """),
    # Not able to: here the "not" belongs to the phrase
    _medium(
        """
        unable, unable to, unable to log in, unable to login, not working, not work, not printing, not charging,
        not starting, not receiving, not saving, not appearing, not turning on, not responding, doesn't print,
        does not print, won't print, won't charge, has stopped, doesn't recognize, does not recognize,
        not recognized, not recognised, not found, not syncing properly, isn't working, is not working,
        aren't working, are not working, wasn't working, stopped working, stops working, no longer working,
        no longer works, doesn't work, does not work, don't work, do not work, didn't work, did not work,
        won't work, not functioning, not loading, doesn't load, does not load, won't load, has not loaded, hasn't loaded,
        have not loaded, not syncing,
        not showing, doesn't show, does not show, not displaying, not updating, not sending, not opening,
        doesn't open, does not open, won't open, won't start, does not start, doesn't start, won't turn on,
        not connecting, doesn't connect, won't connect, not able to, wasn't able to, not possible to,
        not available, cannot, can't, can not, cannot log in, can't log in, can not log in, cannot login,
        can't login, cannot sign in, can't sign in, cannot access, can't access, can not access, couldn't,
        could not, no access, lost access, no longer able, no longer have access, nothing works,
        nothing happens, nothing is working, doesn't respond, does not respond, keeps crashing, keeps failing,
        keeps freezing
    """,
        "never",
    ),
    # Shields: problem words that report none
    Group("medium", 0.0, BROKEN_FEELINGS, "never"),
    Group(
        "medium",
        0.0,
        split_terms("""
        no problem, no problems, no problem at all, not a problem, no issue, no issues, without any problems,
        without problems, without issues, without any issues, no trouble, no errors, error free, bug free,
        can't wait to, cannot wait to, can't wait for, can't thank, cannot thank, slow down, sit down,
        calm down, break down the, drop down, dropdown, drop down menu, scroll down, down to earth,
        written down, couldn't be happier, could not be happier, couldn't have, could not have, can't complain,
        cannot complain, can't go wrong, cannot go wrong, latest issue, issue date, sorry for the late,
        sorry for the delay, problem solved, problem is solved, problem was solved, problem fixed,
        problem is fixed, issue resolved, issue is resolved, issue was resolved, issue has been resolved,
        issue fixed, issue is fixed, problem resolved, problem is resolved, problem has been resolved,
        problem has been solved, all fixed, resolved my issue, solved my problem, fixed my problem,
        fixed my issue, resolved the issue, solved the problem, fixed the problem, fixed the issue,
        fixed the error, lost in thought, late night
    """),
        "never",
    ),
    # It can wait
    _low(
        -0.6,
        """
        no rush, no hurry, not in a rush, not in a hurry, no urgency, low priority,
        no pressure (to|on|at all|though|here), no pressure from (my|our) side, lowest priority, not a priority,
        not high priority, not top priority, whenever you can, whenever you have time,
        whenever you get a chance, whenever convenient, at your convenience, at your earliest convenience,
        at your leisure, when you have time, when you have a moment, when you have a minute,
        when you get a chance, when you get a moment, when you get time, in your own time, take your time,
        can wait, nothing urgent, not time sensitive, just curious, just wondering, out of curiosity,
        nice to have, would be nice, minor, minor issue, small question, quick question, general question,
        trivial, cosmetic, feature request, feature requests, feature suggestion, suggestion, suggestions,
        feedback, someday, eventually, no deadline, low urgency, low severity, not important,
        for your information, fyi, already resolved, already fixed, newsletter, out of office, automatic reply
    """,
    ),
    # It is settled
    _low(
        -0.6,
        """
        is settled, was settled, all settled, no answer needed, no reply needed, no reply necessary,
        no need to reply, no action needed, no action required, can be closed, can close this, close this one,
        please close this ticket, you may close, case closed, all is well, solved itself, reached my account,
        on my account now, came sooner, came earlier, back to normal, sorted now, sorted itself,
        no further action, nothing else to do
    """,
    ),
    # What was feared is over, or never was
    Group(
        "low",
        -0.6,
        split_terms("""
        false alarm, false alert, all clear, all safe, all is safe, sorry for the alarm, no gas after all,
        no danger after all, no fire after all, no leak after all, nothing after all, (it|that|which) turned out to be,
        turned out harmless, turned out to be harmless, turned out (fine|nothing), had feared, had feared the worst, they are all back,
        everything is back,
        (everyone|everybody|we all|we are all|all of us) (is|are) (safe|fine) (now|again), danger is over, danger has passed,
        (is|are) safe again, no longer dangerous, was not gas, was not a leak, was never in danger, no danger any more
    """),
        "close",
        ends_danger=True,
    ),
    # "No pressure." opens a sentence; in a pipe it is a fault
    Group("low", -0.6, ("no pressure",), "never", opens_sentence=True),
    Group(
        "low",
        0.0,
        split_terms("""
        no pressure (in|at|from|since|after|anywhere), no water pressure, no gas pressure,
        no pressure on the (ground|first|second|third|top) floor
    """),
        "never",
    ),
)
