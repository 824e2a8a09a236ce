"""Action: whether the writer wants something done or answered.

A sum of 1.0 means yes. Requests such as "could you" cannot be negated ("I can't log in, could you …"); wishes
("need", "require") can.
"""

from tickets.classification.vocabularies.english.negative import BROKEN_FEELINGS
from tickets.classification.vocabularies.group import Group, split_terms


def _request(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "never")


def _wish(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "close")


def _imperative(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "never", opens_sentence=True)


#: "I would like to thank you" wishes for nothing.
_POLITE_OPENINGS = tuple(
    f"{wish} {verb}"
    for wish in ("would like to", "i'd like to", "we'd like to", "want to", "wanted to", "would love to")
    for verb in (
        "thank", "share", "invite", "offer", "recommend", "welcome", "introduce", "remind", "inform", "congratulate",
        "say", "let you know", "tell you", "apologize", "apologise", "express", "reward", "ensure", "wish you",
    )
)  # fmt: skip

ACTION: tuple[Group, ...] = (
    # Asking somebody to do something
    _request(
        1.2,
        """
        please help, please assist, please advise, please fix, please send, please call, please contact me,
        please confirm, please respond, please reply, please resolve, please cancel, please refund,
        please update me, please let me know, please let us know, please provide, please check,
        please please investigate, please escalate, please explain, please review, please get back to me,
        please give me, please forward, please change, please remove, please delete, please reset,
        please tell me, can you, can u, could you, could u, would you, will you, can you please,
        could you please, would you please, can you help, could you help, can someone, can somebody, can anyone,
        can anybody, could someone, could somebody, could anyone, could anybody, would someone, will someone,
        can we, could we, can i get, can i have, could i get, could i have, may i have, may i ask, can i ask,
        could i ask, would you mind, would it be possible, would be possible to, is it possible, is there a way,
        is there any way, any way to, any chance, is there a chance, are you able to, would you be able to,
        will you be able to, are you available, would you like to, do you want to, do you know if,
        do you know when, do you have any, be so kind, be kind enough, help me, help us, help needed,
        help required, help wanted, need help, needs help, some help, any help, assist me, assist us,
        give me a hand, let me know, lmk, get back to me, get back to us, contact me, call me, call us back,
        call me back, ring me, phone me, email me, e-mail me, write back, give me a call, give me, tell me,
        tell us, show me, send me, send us, sort this out, sort it out, do something, take a look, have a look,
        update me, keep me posted, keep me informed, keep me updated, advise me, your thoughts, your opinion,
        your advice, any thoughts, any ideas, any update, any updates, any news, any progress,
        what do you think, do me a favor, do me a favour, get in touch with me, waiting for your reply,
        waiting for your response, awaiting your reply, awaiting your response, await your reply,
        look forward to your reply, looking forward to your reply, hoping you can, hope you can, i'm hoping,
        was hoping, still no answer, still no reply, still no response, no answer yet, no reply yet, copy me on, copy me in,
        shoot me, drop me a, forward me, join you at, remind you to, a reminder to, call you tomorrow, coordinate with,
        meet you, discuss it with you, discuss tomorrow, would be happy to reschedule
    """,
    ),
    # Asking without a question mark
    _request(
        1.0,
        """
        how do i, how do we, how can i, how can we, how could i, how should i, how would i, how long will,
        how much is, how much does, how many, how does, how about, what is the status, status update,
        what is your, what is the, what are the, what should i, what should we, what do i, what can i,
        when will, when can, when is, when are, where is my, where is the, where can i, where do i, who can,
        who should, which one should, why is my, why is the, why was my, why was i, why did, why do, why does,
        why can't, why am i, why are, why don't you, do you have, do you offer, do you support, do you know,
        do you need me, is there any, are there any, does this mean, does it support, should i, should we,
        shall i, shall we, am i, may i, can i, could i, i wonder, wondering if, wondering whether,
        wondering how, question about, question regarding, i have a question, have a question, quick question,
        i am not sure how, not sure how to, don't know how, do not know how, don't understand how,
        instructions on, guidance, clarification, clarify, advice on, urgent help, asap
    """,
    ),
    # Wishes and needs of the writer
    _wish(
        1.0,
        """
        would also like, would very much appreciate, very much appreciate if, need, i need, we need,
        need you to, need to, needs to be, in need of, require, requires, requiring, request, requesting,
        would like, i'd like, we'd like, would like you to, would love to, want you to, i want,
        we want, wish to, looking for, searching for, interested in, insist, expect you to, i expect, we expect,
        would appreciate, would be appreciated, appreciate it if, appreciate if, i'd appreciate,
        appreciate your help, appreciate any help, would be great if, would be nice if, would be helpful,
        thanks in advance, thank you in advance, must be fixed, should be fixed, has to be fixed, needs fixing,
        action required, action needed, response required, reply needed, for approval, your approval,
        asking for, asking you to, ask you to, quote for, appointment, i demand, we demand
    """,
    ),
    _wish(
        0.6,
        """
        want to, get together, hear from you, how to, assistance, look into, looking into this, requests, needs, needed,
        needing, requested, wants to, wanted to, wants, wanted, looking to, seeking, demand, demands, demanding,
        expecting, prefer to, would prefer, would be useful, you should, you must, you have to, approval,
        ask for, apply for, order a, prefer
    """,
    ),
    # Things that are done for a customer
    _wish(
        0.5,
        """
        cancel, replacement, replace, exchange, repair, upgrade, downgrade, unsubscribe me, unlock, reactivate,
        reinstate, restore, recover, reset, resend, configure, set up, remove, change, correct, fix, confirm,
        approve, reimburse, compensate, escalate, investigate, resolve, resolved, solve, respond, reply,
        explain, help, copy of, a copy, urgent, urgently, as soon as possible, by tomorrow, by today, by friday,
        by monday, still waiting, waiting for
    """,
    ),
    _wish(0.7, "required"),
    _wish(
        0.3,
        """
        add, update, delete, enable, disable, install, verify, answer, access to, quote, immediately,
        confirmation, response, explanation, invoice, permission, permissions, compensation, cancellation,
        renewal
    """,
    ),
    # Something does not work: whoever reports it wants it mended
    _wish(
        1.0,
        """
        not working, doesn't work, does not work, isn't working, is not working, stopped working,
        no longer works, unable to log in, unable to login, cannot log in, can't log in, can not log in,
        cannot login, can't login, cannot access, can't access, unable to access, no access, lost access,
        locked out, keeps crashing, keeps failing, broken, damaged, defective, faulty, error message,
        charged twice, billed twice, double charged, overcharged, never arrived, not arrived, hasn't arrived,
        has not arrived, not received, have not received, haven't received, never received, didn't receive,
        did not receive, wrong item, wrong product, wrong order, is down, are down, outage, went down
    """,
    ),
    _wish(
        1.0,
        """
        unable to, not able to, error, errors, bug, bugs, crash, crashes, crashed, crashing, fails, failing,
        incorrect, wrong, stuck, expired, locked, not loading, doesn't load, does not load, not printing,
        won't start, does not start, doesn't start, not responding, out of order
    """,
    ),
    _wish(
        0.5,
        """
        not work, cannot, can't, can not, couldn't, issue, issues, problem, problems, failed, missing, charged
    """,
    ),
    _request(1.0, "refund, refund me, refunded, money back"),
    # Arranging to talk or to meet
    _request(
        1.0,
        """
        let's, lets discuss, lets meet, lets talk, let us discuss, let us know, discuss this, discuss with you,
        we should discuss, set up a call, set up a meeting, set up a time, schedule a call, schedule a meeting,
        arrange a call, arrange a meeting, book a call, book a meeting, conference call, meet with, can meet,
        meeting with, why don't we, join us, join me, join you, come by, stop by, drop by, come over,
        get on a call, touch base, on your calendar, rsvp, invite you, talk to you about, speak with you,
        speak to you, talk to someone, speak to someone, speak to a manager, speak with a manager
    """,
    ),
    Group(
        "action",
        0.5,
        split_terms("""
        meet, meeting, meetings, call, to discuss, discuss, schedule, lunch, dinner, attend, ask, make sure,
        your help, question, are available, i am available, i'm available, discussing, see you, see me,
        follow up, should discuss, you could, sit down
    """),
        "never",
        plain=True,
    ),
    # Days say little: only with other words of this kind
    Group(
        "action",
        0.2,
        split_terms("tomorrow, next week, (mon|tues|wednes|thurs|fri)day"),
        "never",
        plain=True,
    ),
    # Bare "please": common, and rarely worth showing
    Group("action", 1.0, split_terms("please, pls, plz, plse, kindly"), "never", plain=True),
    # Orders at the start of a sentence
    _imperative(
        1.0,
        """
        send, resend, forward, call, email, contact, reply, respond, answer, advise, confirm, verify,
        review, fix, repair, resolve, solve, investigate, escalate, help, assist, tell, show, explain, describe,
        clarify, give, provide, issue, process, refund, return, replace, reimburse, credit, cancel, stop, close,
        delete, remove, change, correct, edit, transfer, upgrade, downgrade, renew, extend, reset, restore,
        unlock, unblock, enable, disable, deactivate, reactivate, install, grant, approve, reject, schedule,
        reschedule, arrange, book, set up, get me, get back, put, leave me, let me, ask, talk to, check with,
        check if, check whether, check why, see me, find out, come, go ahead, drop by, ship, deliver, remind,
        call off, compensate, waive, block, ban, need, want, require, request, anyone, can, could, is there,
        are there, don't forget, do not forget, don't make, do not make, don't send, do not send, don't start, prepare,
        do you, does, did, are you, have you, make sure
    """,
    ),
    _imperative(
        0.5,
        """
        write, mail, check, look, add, update, move, make, set, take, bring, keep, have, meet, join, attach,
        print, include, how, what, when, where, who, why, which, would, will, should, any
    """,
    ),
    # Shields and counterweights: formulas and notices that ask for nothing
    Group("action", 0.0, _POLITE_OPENINGS + BROKEN_FEELINGS, "never"),
    Group(
        "action",
        0.0,
        split_terms("""
        refund policy, refund policies, thanks for the refund, thank you for the refund, received the refund,
        received my refund, got the refund, got my refund, please take a moment, please take a few minutes,
        please take a minute, please take a look at our, please try it, please read on, please go here,
        please copy and paste, please copy the url, please paste, please refer, please spread, please browse,
        please open it, please log into, please keep in mind, please bear with us, please stay tuned,
        please come check, please check the, please review your, please review the following,
        please activate your, please see our, please see the, please do not write, please do so, please read,
        please download, please update your, please complete, please choose, please select, please register,
        please note, please be advised, please be aware, please be informed, please see attached,
        please see below, please find, please find attached, please find below, please find enclosed,
        please accept, please visit, please click, please feel free, please do not hesitate,
        please don't hesitate, please contact us, please do not reply, please don't reply, please ignore,
        please disregard, please enjoy, please log in, please login, please log on, please sign in,
        please add us, please rate, please verify your, please confirm your email, please fill out this,
        please retain, please quote, please respond to our, please answer our, please take our,
        please tell your friends, please give us your feedback, please let us know if, please call our,
        please contact our, please contact the, please make sure, please remember, please check our,
        please check out, please subscribe, please unsubscribe, as you please, please wait, please allow,
        please consider, please consider the environment, please refer to, please use, please go to,
        please follow, please email us, please call us, please write to, please send an email,
        if you have any questions, if you have questions, any questions, don't hesitate to, do not hesitate to,
        hesitate to call, hesitate to call me, hesitate to contact me, hesitate to give me a call,
        hesitate to ask, feel free to call, feel free to call me, feel free to contact me, let us know how,
        let us know what you, let us know if you, let me know let me know if you need, might want to,
        may want to, you can call, you should also, you should receive, want to know more, able to help,
        what if, i can help, if you need, if you would like, if you'd like, if you want to, if you want,
        if you wish, if you wish to, if you require, if you are looking for, should you need, should you have,
        should you require, as needed, if needed, when needed, if required, as required, when required,
        need not, no need, no need to, don't need to, do not need to, no longer need, no longer needed,
        no action required, no action needed, no action is required, no reply needed, no response required,
        no response needed, no help needed, you need to, you will need, you'll need, you want to,
        you would like, you'd like, you may need, all you need, everything you need, as requested,
        as you requested, you requested, you have requested, your request, your requests, per your request,
        thank you for your request, just want to say, just wanted to say, just wanted to let you know,
        how to use, how many times, call us, contact us, email us, give us a call, be sure to visit,
        to make sure, help us improve, can help you, help you, happy to help, help center, help desk, ask you,
        for more information, for further information, tell you, i can get, you can, if you could,
        i will let you know, we will let you know, will let you know, let you know, we'll let you know,
        i'll let you know, i asked, has been resolved, has been fixed, is resolved, was resolved,
        issue resolved, all resolved, no problem, no problems, no issues, no error, no errors, no reply,
        that is all, support team, customer support, tech support, technical support, set up for, can't wait,
        cannot wait, can't believe, cannot believe, answered, thanks for the reply, thanks for your reply,
        thank you for your reply, thanks for the update, thanks for your help, thank you for your help,
        thanks for the help, thank you for the help, thanks for the support, thank you for the support,
        thank you for your support, thanks for your support, thank you for your response,
        thank you for the response, thanks for the response, quick response, fast response, great support,
        thanks for the quick response, thank you for the quick response, your support
    """),
        "never",
    ),
    Group(
        "action",
        -0.6,
        split_terms("""
        i have already, i've already, click here, click below, click on the link, click the link,
        clicking this link, clicking the link, the link below, follow this link, following link, visit our,
        unsubscribe, to unsubscribe, manage your preferences, opt out, our privacy policy, our terms,
        all rights reserved, intended recipient, special offer, limited time, coupon code, use coupon,
        free shipping, shop now, buy now, order now, act now, learn more, don't miss, save up to, get started,
        sign up now, sign up today, download now, download it, download our, our newsletter, automatic reply,
        auto-reply, automated message, out of office, out of the office, do not reply to this, never mind,
        nevermind, just fyi, fyi, for your information, just to inform, just to let you know,
        thank you for contacting, thanks for contacting, thank you for your order, works now, working now,
        fixed now, already fixed, already solved, already resolved, figured it out, found it, got it working,
        can be closed, you can close, all good now, all good, has been shipped, has been updated,
        has been processed, has been completed, has been approved, we are pleased to, we are happy to,
        we're excited, we are excited to, we hope you, thank you for your purchase, thank you for choosing,
        welcome to, our website, our site, our app, our service, your inbox, our customer service, your browser,
        your account has been, you are receiving, you received this, we welcome your, our survey,
        customers like you, safe sender, address book, this survey, short survey, our emails, emails from us,
        this was not you, this email has reached
    """),
        "never",
        plain=True,
    ),
    # Questions without their mark
    _imperative(
        1.0,
        """
        what time, how fast, how soon, how (many|much|long|often|far), how do, what (is|are|do),
        when (do|is|are), where (are|do), which (one|of), has my, have my, is it, is this, are these,
        hoping that you, we hope you can, i hope you can
    """,
    ),
    # It is settled: whatever is asked or out of order, nobody has to do anything
    Group(
        "action",
        -1.2,
        split_terms("""
        no answer needed, no answer necessary, no reply necessary,
        no need to (reply|answer|respond|call|write back), nothing to answer, nothing to do,
        nothing you need to do, nothing else to do, needs no answer, is settled, was settled, all settled,
        sorted now, all sorted, reached my account, on my account now, came sooner, came earlier, ignore my,
        disregard my, please disregard it, no harm done, just so (that|) you know, for your files,
        for your records, for the record, (please|you can|you may|) close this (ticket|one|case|request),
        no further action, no refund needed, keeping it, mended it, solved itself, sorted itself, fixed itself,
        back to normal, my last order, i just wanted to thank, only wanted to thank, this is not a complaint
    """),
        "never",
        plain=True,
    ),
    # Shields: words of requests that ask for nothing
    Group(
        "action",
        0.0,
        split_terms("""
        call from, phone call from, calls from, call centre, call center, please pass (it|this|that|on|my),
        please thank, please tell (her|him|them) (thank|thanks|how), please give (her|him|them) my,
        please say thank, want you to know, wanted you to know, you asked (for|how|me|us), we asked, he asked,
        she asked, they asked, was asked, were asked, been asked, answer the phone, answers the phone,
        answer my, answered my, help page, help pages, helped, never answer, nothing wrong, not wrong,
        proved wrong, proved me wrong, something wrong with me
    """),
        "never",
        plain=True,
    ),
    # Openings of notices: "If you have …, please …" asks for less than "please …" does
    Group(
        "action",
        -0.2,
        split_terms("""
        if you have, if you would, if you choose, if you believe, in case you, to ensure, to view, to register,
        to learn, to find your, to continue to receive, to start using, if you are, if you're, if you see,
        if you click, if you no longer, if you prefer, if you'd prefer, if questions arise
    """),
        "never",
        opens_sentence=True,
        plain=True,
    ),
)
