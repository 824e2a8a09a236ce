"""What customers of a provider of software for teams write."""

from typing import Final

from tickets.demo.texts.template import (
    COMPLAINT,
    EMERGENCY,
    ESCALATION,
    FAULT,
    GRIEVANCE,
    NOTE,
    PRAISE_WITH_REQUEST,
    REQUEST,
    THANKS,
    by_intent,
    written,
)

_EMERGENCIES = written(
    EMERGENCY,
    """
Nobody can sign in since {when} | {ref}: all {n}0 of us are locked out
Since {when} none of our {n}0 people can sign in to {ref}, whatever the browser. Payroll runs tonight and the hours are
in there. Could you call me as soon as you see this?

Login down | Nobody gets in
Login is down for all of us, since {when}.

{item} down for the whole company | Production stopped: {item}
The {item} has been down for all of us in {place} since {when}, and with it our production. The status page shows
everything green. Please have a look at once.

Logins from a country we have nobody in | Possible security breach in {ref}
The audit trail of {ref} shows {n} logins from a country where nobody of ours works. We have changed the passwords of
the administrators. Could you lock the workspace until we know more?

Other company's invoices visible | Somebody else's data in the {item}
The {item} shows us invoices of a company we have never heard of. We have not opened them. I assume that they can see
ours too, so please take a look.

GDPR: confirmation for our officer | Erasure request {ref}
Our data protection officer needs your GDPR confirmation that the data of {n} former employees in {ref} is erased. The
authority gave us until {day}.

Records gone after bulk import | {n}00 time sheets missing
After the import {when}, about {n}00 time sheets are gone, not just hidden. We would need {ref} as it was this morning
before the backup of tonight writes over it.

Key published by mistake | API token on a public page
One of our developers has published an API token of {ref} on a public page, by accident. We cannot revoke it ourselves,
the button is grey. Can you do it now?

Medical rota on {ref} | On-call plan does not load
We are a clinic in {place} and keep the on-call plan of our doctors in {ref}. It has not loaded since {when}. The night
shift begins at eight, and nobody knows who is on.

Executive board on {day} | Written account of the outage
Our executive board decides on {day} whether we renew. They ask for a written account of the outage in {month}. May I
count on it by then?

{ref}: figures for the auditors | Year end, {item} is empty
Good evening, and sorry for writing so late.
/
The {item} of {ref} has been empty since {when}. Normally we would simply wait. This time the auditors come tomorrow at
nine, and by law we have to hand over the figures of the year while they are here. There is no other copy.
/
We have checked roles, filters and browsers, and a colleague in {place} sees the same. If there is an on-call
colleague, we would be very grateful for a look tonight. I stay at the desk until it is solved.
""",
)

_ESCALATIONS = written(
    ESCALATION,
    """
Charged after cancelling | {amount} for a dead workspace
We cancelled {ref} in {month}, in writing, and have been charged {amount} {n} times since. I want a refund of all of it
by {day}.

Chargeback for {ref} | Our bank will handle it
Your accounts team has ignored {n} mails about the {amount}. Our bank has opened a chargeback this morning.

Breach of contract | Letter from our lawyers
You promised 99.9 percent and delivered {n} outages in {month}. Our lawyers see a breach of contract, and so do we. You
will have their letter by {day}.

Please escalate: {n} days without {item} | Escalate {ref}
Day {n} without the {item}. We cannot bill a single customer. I have had five polite answers and no repair. Escalate
this to somebody who can open the code.

Our data on your demo page | How could this happen?
A prospect in {place} has just shown me our project names, on your public demo page. This is a data leak, and I learn of
it from a stranger. Take it down now.

We are leaving | Notice on {ref}
We are moving to a competitor. {n} years, and not one of the last {n} tickets was solved. Send the export of everything,
and the refund for the rest of the year, by {day}.

GDPR access request, third reminder | Your month is over
Three reminders, no data. Under the GDPR you had a month. I am putting together the complaint to the authority now, and
your silence will be in it.
""",
)

_COMPLAINTS = written(
    COMPLAINT,
    """
{item} broken since the update | The {item}, again
Since the release {when} the {item} is broken for half of our team in {place}. It was broken after the last release, and
after the one before. Do you test these at all?

{item} takes minutes | Back to spreadsheets
Opening the {item} takes {n} minutes. I am frustrated, and my team has gone back to spreadsheets. When will you do
something about it?

Lost my work again | Session ended, third time today
I was thrown out in the middle of the {item} for the third time today, and each time the text was gone. I have stopped
counting the hours.

Where is the {item}? | New menu
Nobody here finds the {item} in the new menu. I have to train {n}0 people again, and nobody asked us. Can we have the
old one back?

{n} days for a canned answer | A text about another product
I waited {n} days and got a text about a product that we do not have. Could a person look at {ref}, please?

Totals wrong since {month} | {item}: cents again
The totals are off by a few cents for {place}. We reported it in {month}, with an example. You closed the ticket. They
are still off.

Mails every night | Please stop the digest
The {item} sends the same mail {n} times a night to everybody. They all look at me. I switched it off, and it comes all
the same.

Renewal {amount}? | Price of {ref}
Our renewal went up to {amount} without a word, after {n} years. I would like to hear from a person how you arrived at
that number.

Fantastic new release | Bravo
Bravo, the {item} now needs four clicks for what used to be one, and on my screen the last one is below the edge. Who
asked for this? Please give us the setting back.

Is anybody there? | {ref}, week {n}
I wrote on {day}. I wrote the week before. Your robot thanks me each time for my patience, of which there is none left.

Roadmap of {month} | Promised: {item}
The {item} was promised to us for {month} when we signed. It is not there, and sales says that support knows, and
support says that sales does. Who does?

The docs | {item}: button does not exist
The page about the {item} describes a button that no longer exists. I lost a morning looking for it. Please correct it
before the next one does.

Migration, a chronicle | What happened with {ref}
To keep it in one place, here is what happened with {ref} since {month}.
/
We were told that the move to the new plan takes an hour. It took {n} days. The {item} was empty afterwards, the people
at the chat said it would fill itself, and it did not. We typed in {n}00 lines by hand.
/
Last week the same page was empty again. Your answer was a link to the manual that we had followed in the first place. I
would like to know what you are going to change.
""",
)

_GRIEVANCES = written(
    GRIEVANCE,
    """
Leaving at the end of {month} | Why we left
You ask why we left. The {item} never worked for us, and each answer took a week. There is nothing to do any more, we
have moved.

Your new colours | The redesign
The redesign hurts my eyes. Grey on grey on grey. I know that nothing will change, I just wanted it on paper.

The webinar {when} | An hour of advertising
I had signed up to learn something about the {item}. It was an hour of advertising, and the questions were read by
nobody. A waste of time.

Result of your survey | {n} out of ten
I gave you {n} out of ten. The {item} is slow, and the chat talks to us as if we were children.

Disappointed | After {n} years
We built our work around your {item}, and you have let it rot. No reply needed.
""",
)

_FAULTS = written(
    FAULT,
    """
{item} does not load | Blank page: {item}
The {item} shows a blank page for two of us in {place} since {when}. Others see it as usual. Console output attached.

Times one hour off | Time zone in the {item}
The {item} shows all times one hour later than our calendar, since the clocks changed. Is there a setting for it?

Webhook returns 500 | Error in {item}
Our endpoint is fine, but your log says "500" for {n} of the last calls. Could you send us what you received?

Export stops at {n}000 rows | {item} incomplete
The export ends at row {n}000 although the report has more. No error message. It worked in {month}.

Invitation link expired | Cannot invite
The invitation for our new colleague in {place} says "expired" as soon as she opens it. I have sent it {n} times.

Duplicate entries | {item} doubles lines
Since {when} each line we save in the {item} is there twice. Deleting one of them deletes both.

Typo on the invoice | Wrong VAT number
The invoice for {ref} has a wrong digit in our VAT number. Could you issue it again?

Search finds nothing | Special characters
Searching for names with an accent finds nothing, without the accent it does. Looks like a bug in the {item}.

Mobile app asks for the code twice | Login on the phone
The mobile app asks for the code, accepts it, and asks for the next one. On the desktop it is fine. Version {n}.4.

Steps to reproduce | {item}: wrong order of lines
Hello, here is what we see in the {item}, step by step.
/
1. Open a report with more than {n}00 lines. 2. Sort it by date. 3. Change one line and save. 4. The line jumps to the
end, and the total at the top is that of the page before. Reloading puts it right.
/
We see it in two browsers. It is not a catastrophe, nobody loses data, but two of us have already sent a wrong total to
a customer. Screenshots are attached. Version {n}.2.
""",
)

_REQUESTS = written(
    REQUEST,
    """
How to set up the {item}? | {item} for a second team
We would like to use the {item} for our team in {place}. Which role is required?

Add {n} seats to {ref} | More seats
Please add {n} seats to workspace {ref} from {month} on.

Limit of the {item} | How many calls per minute?
What is the limit of the {item} per minute, and is there a header that says what is left?

Report by month | Numbers by project
Is there a way to have the report broken down by month and by project?

New owner for {ref} | Our administrator leaves
Our administrator leaves in {month}. How do we hand over the ownership of {ref}?

Does the {item} work with the {other}? | {item} with {other}
Before we switch it on: does the {item} work together with the {other}?

Invoice address | New billing details
We have moved our office to {place}. Please put the new address on the next invoice.

Yearly plan | What would {ref} cost per year?
What would {ref} cost per year instead of {amount} a month?

Feature idea for the {item} | {item}: remember the filter
It would be useful if the {item} could remember the last filter. Is that planned?

How to verify the signature | Webhook signature
Which algorithm signs the requests? An example in any language will do.

Archive old projects | Hide projects before {month}
We have {n}00 finished projects. Can they be archived without losing the time sheets?

Sandbox for the {item} | Test workspace
Is there a sandbox in which we can try the {item} with made-up data?

Questionnaire of our auditors | Yearly security questionnaire
Our auditors have sent their yearly questionnaire about data security and breaches. Who fills it in on your side? It is
not urgent, we have until {month}.

Language of the {item} | French labels
Can the {item} be switched to French for {n} of our users only?

Escalation rules | Who is notified when
Where do we set the escalation rules of the {item}? If a task is critical, the team lead should get a mail as well.

Immediate or nightly? | When does the {item} run
Does the {item} write its changes immediately, or once a night? We plan a report around it.

Kill switch | How to stop a job
How do I kill a running job of the {item}? Just for the manual I am writing for our people.

SLA for the premium plan | Premium plan
What is the response time for a critical outage in the premium plan, and what does it cost for {n}0 seats?

Executive summary as PDF | Report for the executives
Can the {item} make an executive summary of one page? Our managers do not open links.

Onboarding session | {n} new people
We have {n} new people from {month} on. Do you offer an introduction in the morning, {place} time?

{item}? | Quick one
Is the {item} part of our plan?
""",
)

_NOTES = written(
    NOTE,
    """
Automatic reply: {ref} | Out of office until {day}
Thank you for your message. I am away until {day}. If it is urgent, please call our service desk in {place}.

Works again | {item}: solved by itself
The {item} works again since {when}, without anything done on our side. You can close the ticket.

Log files as requested | Files for {ref}
The log files you asked for are attached, {n} of them. The error is near the end of the last one.

Maintenance on our side | FYI: our firewall
For your information: we change our firewall on {day} between eight and nine. If you see errors from {place} in that
hour, it is us.

Signed contract | {ref}: order form
The signed order form for {ref} is attached, {amount} a year as agreed.

Re: survey of your auditors | Your question about backups
To answer your question: yes, we keep our own backup of {ref}, every night, for {n} weeks.

Tested | Fix of the {item} confirmed
We have tested the {item} in {place} with {n} people. No errors any more. That closes it for us.

Another desk | I am moving to {place}
From {month} on I work from {place}. My address and my number stay the same, so there is nothing to change on your side.

Not a breach after all | All clear for {ref}
About the strange logins: it was our own colleague on holiday. No breach, nothing to do. Sorry for the noise.

Undeliverable: invitation | Delivery failed
This is an automatic message of the mail server. Your invitation could not be delivered to one recipient, because the
mailbox does not exist any longer.

Developers in {place} | Extra hands for your team
We are an agency in {place} with {n}0 developers. If you ever have more work than hands, here is our brochure.

Decision on {ref} | We stay
Our board met on {day}. We renew {ref} for another year, as it is.
""",
)

_THANKS = written(
    THANKS,
    """
{item} works now, thank you | Solved
The fix for the {item} works perfectly. Thank you for the clear explanation.

Love the new {item} 🎉 | Great release
The new {item} saves us an hour a day. Excellent work, please tell the team.

Thanks for the call | Helpful session
The session on {day} was very helpful, all {n} of us learned something. Much appreciated.

Thank you for acting immediately | What a night
You called back immediately, at two in the morning, and had the {item} up before our first shift. Nobody here noticed
that it had been down. Hats off, and thank you.

The worst did not happen | All records are back
I had feared the worst when the {n}00 records were gone. They are all back. You have no idea how grateful I am.

No more errors | Month end without a tear
First month end without a single error in the {item}. We had almost forgotten what that is like. Great job!

Praise for your engineer | Critical bug, calm person
The bug was a critical one for us, and your engineer explained each step so that even our lawyers understood it. A
pleasure.

Refund received, and thanks | Fair of you
The refund for the {n} seats has arrived. We had not even asked for it. That is how one keeps customers, thank you.

Happy team in {place} | {item}
My team was about to hate the new {item}. Now they love it. Thank you for listening to us in {month}.
""",
)

_PRAISE_WITH_REQUESTS = written(
    PRAISE_WITH_REQUEST,
    """
Great feature, one wish | {item} in dark
The new {item} is great, we use it every day. Could it follow the dark mode of the system one day?

Thank you, and a question | Case study
We are really happy with {ref}. Would you like to write about us? Whom should I talk to?

Brilliant support | Add two more seats
Brilliant support {when}, thank you! Please add {n} seats to {ref} right after the holidays, our other team is jealous.
""",
)

SOFTWARE_TEXTS: Final = by_intent(
    _EMERGENCIES, _ESCALATIONS, _COMPLAINTS, _GRIEVANCES, _FAULTS,
    _REQUESTS, _NOTES, _THANKS, _PRAISE_WITH_REQUESTS,
)  # fmt: skip
