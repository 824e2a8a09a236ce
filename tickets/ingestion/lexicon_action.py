"""Action required: does the writer want somebody to do or to answer something?

A sum of 1.0 says yes. Requests of the kind "could you" cannot be negated ("I can't log in, could you …"); wishes
("need", "require") can.
"""

from __future__ import annotations

from tickets.ingestion.lexicon_group import Group, split_terms


def _request(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "never")


def _wish(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "close")


def _imperative(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "never", opens_sentence=True)


ACTION: tuple[Group, ...] = (
    # Asking somebody to do something
    _request(1.2, """
        please help, please assist, please advise, please fix, please send, please call, please contact me,
        please confirm, please respond, please reply, please resolve, please cancel, please refund, please update me,
        please let me know, please let us know, please provide, please check, please look into, please investigate,
        please escalate, please explain, please review, please get back to me, please give me, please forward,
        please change, please remove, please delete, please reset, please tell me, can you, can u, could you,
        could u, would you, will you, can you please, could you please, would you please, can you help,
        could you help, can someone, can somebody, can anyone, can anybody, could someone, could somebody,
        could anyone, could anybody, would someone, will someone, can we, could we, can i get, can i have,
        could i get, could i have, may i have, may i ask, can i ask, could i ask, would you mind,
        would it be possible, would be possible to, is it possible, is there a way, is there any way, any way to,
        any chance, is there a chance, are you able to, would you be able to, will you be able to,
        are you available, would you like to, do you want to, do you know if, do you know when, do you have any,
        be so kind, be kind enough, help me, help us, help needed, help required, help wanted, need help,
        needs help, some help, any help, assist me, assist us, give me a hand, let me know, let us know, lmk,
        get back to me, get back to us, contact me, call me, call us back, call me back, ring me, phone me,
        email me, e-mail me, write back, give me a call, give us a call, give me, tell me, tell us, show me, send me,
        send us, send it to, sort this out, sort it out, do something, look into, looking into this, take a look,
        have a look, follow up on, update me, keep me posted, keep me informed, keep me updated, advise me,
        your thoughts, your opinion, your advice, any thoughts, any ideas, any suggestions, any update, any updates,
        any news, any progress, what do you think, do me a favor, do me a favour, get in touch with me, make sure,
        be sure to, at your earliest convenience, waiting for your reply, waiting for your response,
        awaiting your reply, awaiting your response, await your reply, look forward to your reply,
        looking forward to your reply, hoping you can, hope you can, i'm hoping, was hoping
    """),
    # Asking without a question mark
    _request(1.0, """
        how do i, how do we, how can i, how can we, how could i, how should i, how would i, how to, how long will,
        how much is, how much does, how many, how does, how about, what is the status, status update, what is your,
        what is the, what are the, what should i, what should we, what do i, what can i, when will, when can,
        when is, when are, where is my, where is the, where can i, where do i, who can, who should,
        which one should, why is my, why is the, why was my, why was i, why did, why do, why does, why can't,
        why am i, why are, why don't you, do you have, do you offer, do you support, do you know, do you need me,
        is there any, are there any, does this mean, does it support, should i, should we, shall i, shall we, am i,
        may i, can i, could i, i wonder, wondering if, wondering whether, wondering how, question about,
        question regarding, i have a question, have a question, quick question, i am not sure how, not sure how to,
        don't know how, do not know how, don't understand how, instructions on, guidance, clarification, clarify,
        advice on, assistance, urgent help, asap
    """),
    # Wishes and needs of the writer
    _wish(1.0, """
        need, needs, needed, needing, i need, we need, need you to, need to, needs to be, in need of, require,
        requires, required, requiring, request, requests, requested, requesting, would like, i'd like, we'd like,
        would like you to, would love to, want to, wants to, wanted to, want you to, i want, we want,
        wish to, looking for, looking to, searching for, interested in, seeking, demand, demands, demanding,
        insist, expect you to, expecting, i expect, we expect, prefer to, would prefer, would appreciate,
        would be appreciated, appreciate it if, appreciate if, i'd appreciate, appreciate your help,
        appreciate any help, would be great if, would be nice if, would be helpful, would be useful, thanks in advance,
        thank you in advance, you should, you must, you have to, must be fixed, should be fixed, has to be fixed,
        action required, action needed, response required, reply needed, approval, for approval, your approval,
        asking for, ask for, asking you, ask you to, apply for, order a, quote for, appointment, reschedule
    """),
    # Things that are done for a customer
    _wish(0.6, """
        cancel, cancellation, refund, replacement, replace, exchange, repair, upgrade, downgrade, renew, renewal,
        unsubscribe me, unlock, reactivate, reinstate, restore, recover, reset, resend, re-send, activate, deactivate,
        enable, disable, install, configure, setup, set up, add, remove, delete, change, update, correct, fix,
        verify, confirm, confirmation, approve, reimburse, compensate, compensation, escalate, investigate, resolve,
        resolved, solve, respond, response, reply, answer, explain, explanation, help, support, invoice, quote,
        access to, permission, permissions, copy of, a copy, technician, engineer, asap, urgent, urgently,
        immediately, as soon as possible, by tomorrow, by today, by friday, by monday, deadline, still waiting,
        waiting for, not received, have not received, haven't received, has not been, have not been
    """),
    # Something does not work: whoever reports it wants it mended
    _wish(0.5, """
        not working, doesn't work, does not work, isn't working, stopped working, unable to, cannot, can't, can not,
        couldn't, error, errors, broken, issue, issues, problem, problems, fails, failed, failing, crash, crashes,
        missing, wrong, incorrect, down, locked out, damaged, defective, faulty, charged
    """),
    # Arranging to talk or to meet
    _request(1.0, """
        let's, lets, let us discuss, discuss this, to discuss, we should discuss, set up a call, set up a meeting,
        set up a time, schedule a call, schedule a meeting, arrange a call, arrange a meeting, book a call,
        book a meeting, conference call, meet with, can meet, meet on, meeting with, call at, call on, available for,
        available at, available on, available to, is available, a good time, get together, join us, join me, join you,
        come by, stop by, drop by, come over, get on a call, on the phone, touch base, catch up,
        what time, on your calendar, rsvp, invite you, invited
    """),
    _request(0.5, """
        meet, meeting, meetings, call, discuss, schedule, lunch, dinner, your comments, comments, attend, asked,
        ask, tomorrow, monday, tuesday, wednesday, thursday, friday, next week, attached, review, your help,
        suggestions, questions, question
    """),
    # Bare "please": common, and rarely worth showing
    Group("action", 1.0, split_terms("please, pls, plz, plse, kindly"), "never", plain=True),
    # Orders at the start of a sentence
    _imperative(1.0, """
        send, resend, forward, call, phone, email, e-mail, mail, write, contact, reply, respond, answer, advise, confirm,
        check, verify, review, look, fix, repair, resolve, solve, investigate, escalate, help, assist, tell, show, explain,
        describe, clarify, give, provide, issue, process, refund, return, replace, reimburse, credit, cancel, stop,
        close, delete, remove, add, change, update, correct, edit, move, transfer, upgrade, downgrade, renew, extend,
        reset, restore, unlock, unblock, enable, disable, activate, deactivate, reactivate, install, grant, approve,
        reject, schedule, reschedule, arrange, book, set, set up, make, do, don't, do not, get, get me, get back,
        have, take, bring, put, keep, leave, let, ask, find, meet, join, come, go ahead, drop, ship, deliver,
        include, attach, print, read, remind, call off, compensate, waive, block, ban, report, need, want, require,
        request, anyone, any, how, what, when, where, who, why, which, can, could, would, will, should, is there,
        are there, is it, do you, does, did, are you, have you
    """),
    # Shields and counterweights: formulas and notices that ask for nothing
    Group("action", 0.0, split_terms("""
        please note, please be advised, please be aware, please be informed, please see attached, please see below,
        please find, please find attached, please find below, please find enclosed, please accept, please visit,
        please click, please feel free, please do not hesitate, please don't hesitate, please contact us,
        please do not reply, please don't reply, please ignore, please disregard, please enjoy, please join us,
        please allow, please consider, please consider the environment, please refer to, please use, please go to,
        please follow, please email us, please call us, please write to, please send an email, if you have any questions,
        if you have questions, any questions, if you need, if you would like, if you'd like, if you want to,
        if you want, if you wish, if you wish to, if you require, if you are looking for, should you need,
        should you have, should you require, as needed, if needed, when needed, if required, as required,
        when required, need not, no need, no need to, don't need to, do not need to, no longer need,
        no longer needed, no action required, no action needed, no action is required, no reply needed,
        no response required, no response needed, no help needed, you need to, you will need, you'll need,
        you want to, you would like, you'd like, you may need, all you need, everything you need, as requested,
        as you requested, you requested, you have requested, your request, your requests, per your request,
        thank you for your request, would like to thank, want to thank, wanted to thank, wanted to say, want to say,
        just want to say, just wanted to say, wanted to let you know, want to let you know, just wanted to let you know,
        would like to let you know, would like to say, i'd like to thank, we'd like to thank, how to use, how many times,
        call us, contact us, email us, give us a call, be sure to visit, to make sure, help us improve, can help you,
        help you, happy to help, help center, help desk, ask you, for more information, for further information,
        tell you, i can get, you can, if you could, i will let you know, we will let you know, will let you know,
        let you know, we'll let you know, i'll let you know, i asked, has been resolved, has been fixed, is resolved,
        was resolved, issue resolved, all resolved, no problem, no problems, no issues, no error, no errors, no reply,
        that is all, support team, customer support, tech support, technical support, set up for, can't wait,
        cannot wait, can't believe, cannot believe, answered, thanks for the reply, thanks for your reply,
        thank you for your reply, thanks for the update, thanks for your help, thank you for your help,
        thanks for the help, thank you for the help, thanks for the support, thank you for the support,
        thank you for your support, thanks for your support, thank you for your response, thank you for the response,
        thanks for the response, quick response, fast response, great support, thanks for the quick response,
        thank you for the quick response, your support
    """), "never"),
    Group("action", -0.6, split_terms("""
        i will, i'll, we will, we'll, i have already, i've already, click here, click below, click on the link,
        click the link, follow this link, following link, visit our, unsubscribe, to unsubscribe,
        manage your preferences, opt out, privacy policy, terms of service, terms of use, all rights reserved,
        intended recipient, confidential, special offer, limited time, coupon, discount, free shipping, sale, save up to,
        get started, sign up, download, newsletter, automatic reply, auto-reply, automated message, automatically,
        out of office, out of the office, do not reply to this, no-reply, never mind, nevermind, just fyi, fyi,
        for your information, just to inform, just to let you know, thank you for contacting, thanks for contacting,
        thank you for your order, works now, working now, fixed now, already fixed, already solved,
        already resolved, figured it out, found it, got it working, can be closed, you can close, all good now,
        all good, has been shipped, has been updated, has been processed, has been completed, has been approved,
        we are pleased to, we are happy to, we're excited, we are excited to, we hope you, thank you for your purchase,
        thank you for choosing, welcome to
    """), "never", plain=True),
)
