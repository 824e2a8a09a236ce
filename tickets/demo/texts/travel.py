"""What customers of a travel agency write."""

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
We are standing at the desk in {place} | No booking at the hotel
We are at the desk of the hotel in {place}, and they have no booking {ref}. It is eleven at night and we have two small
children with us. Could somebody ring us back?

Boarding in {n}0 minutes | No ticket for us in {place}
At the airport in {place}. There is no ticket for us. Boarding in {n}0 minutes.

Flight cancelled, {n} people at the airport | Stuck in {place}
Our flight home from {place} was cancelled an hour ago. We are {n} people, the desk of the airline is closed, and your
line rings out. What should we do?

Name on {ref}, flight tomorrow | Surname misspelt
The flight to {place} is tomorrow at six, and my wife's surname is misspelt on the ticket. The airline says that only
you can change it, and only tonight.

Insulin is in the lost suitcase | Suitcase did not arrive in {place}
Our suitcase did not arrive in {place}. My husband's insulin is in it, and what he has on him is enough until tomorrow
morning. Who can help us find a doctor?

Passport copies went to a stranger | Somebody else has our passports
Your mail with the copies of our passports went to a person we do not know; she was kind enough to tell us. I suppose
you have to report that. Please let me know what happens next.

GDPR: who has our data? | GDPR access request
Since we booked {place} we get calls from companies that know our dates. Under GDPR, please send me all that you hold
about us, and with whom you have shared it.

Gas smell in the apartment | Apartment in {place}
There is a smell of gas in the kitchen of our apartment in {place}. We have opened the windows and are sitting outside.
The owner does not pick up. Do you have another number?

My mother fell in {place} | Hospital in {place}
My mother fell on the stairs of the hotel {when} and is in hospital in {place}. They want to see the insurance before
they operate. The number on our papers does not work. Can you send it to me?

Storm warning for {place} | Do we have to leave?
The radio here in {place} says that the island will be evacuated tonight. The reception knows nothing. Is there a plan
for the guests of {ref}?

A night in {place} | {ref}, we are outside
Dear team, I hope that somebody reads this at night.
/
We arrived in {place} an hour ago. The key box of the apartment is empty, and the number on the papers is that of a
bakery. It is raining. My wife is eight months pregnant and has begun to feel unwell, so we are sitting in the hall of
the police station, where they are very kind.
/
We do not want to blame anybody. We only need a bed, any bed, and the address of a doctor. My phone has {n} percent
left.
""",
)

_ESCALATIONS = written(
    ESCALATION,
    """
Refund for the cancelled trip | {amount}, overdue
You cancelled {place} in {month}. By law the {amount} was due within 14 days. It is week {n}, and I hear that somebody is
looking into it. I want the refund.

Chargeback on {ref} | Disputing {amount}
At the address of your "villa" in {place} there is a building site. My bank has started a chargeback over the {amount}.

Letter from our lawyer | We will file a lawsuit
My wife broke her arm on the unlit stairs of your hotel, and all you sent was a voucher. Our lawyer files the lawsuit
on {day}.

Mail number {n} | Please escalate {ref}
This is mail number {n}. I have stopped explaining. Escalate {ref} to a person who is allowed to decide, or I go to the
newspaper.

You sold our seats | Stranded in {place}, no answer
Our seats on the flight home were sold to somebody else. {n} hours at the airport, {n} calls, and each time I am told
to wait. We have a baby with us. Get us home, today.

Booked twice, charged twice | {amount} twice
You booked us twice and took {amount} twice, and now you tell me that the second one cannot be returned. That is my
money. I want it back immediately.

Our photos in your catalogue | Take them down
Pictures of my children are in your catalogue of {place}. Nobody ever asked us. My solicitor wants to know where you got
them from.
""",
)

_COMPLAINTS = written(
    COMPLAINT,
    """
Dirty room in {place} | Not the hotel of the photos
The room in {place} was dirty and the shower did not work. It had nothing to do with the photos. We changed the hotel at
our own cost and expect half of the price back.

{n} rows apart | Seats not together
We paid for seats together and sat {n} rows apart, with a small child. Nobody could say why. What are you going to do
about the way back?

An hour on hold | Cut off again
I spent an hour on hold {when} and was then cut off. It was the third time this week. My question was only whether {ref}
includes breakfast.

Moved to four in the morning | New times for {ref}
You moved our flight to four in the morning without asking. We have a baby. I am angry, and I want the old time or
another day.

Building site next door | No sleep in {place}
From six in the morning they were drilling beside the pool, {n} days out of seven. Your people knew, it says so on the
notice in the lobby. I would like to hear what you offer.

{amount} more at the desk | Extra fee
At the desk in {place} they wanted {amount} more, in cash. Nobody had mentioned it, it is not in the contract, and there
was no receipt. Please explain.

Transfer never came | Two hours at the kerb
The transfer never came. We stood there for two hours with {n} tired children, and your line said that we were next. Who
pays for the taxi?

Thank you for the adventure | A special surprise
Thank you for the adventure: no room, no bus, and a guide who had never been to {place} either. Did we win a prize, or
may we expect an explanation?

What a view | "Sea view" in {place}
The sea view exists, one only has to climb on the wardrobe. We paid {amount} more for it. Please give that back.

Food was horrible | Half board in {place}
The food was cold on {n} of seven days, honestly the worst we have had anywhere. I have the pictures and would like a
statement.

Still no papers | {ref}: {n} reminders
We leave on {day}. I have asked for the vouchers {n} times, and each time they are on their way. They are not.

Another agent, another answer | {ref}, version {n}
On {day} I was told that we can change to {month} for nothing. The day after it was {amount}. Today it is not possible
at all. Which of you is right?

How our honeymoon went | {place}, {month}
I have waited with this letter until I could write it calmly.
/
We had booked a bungalow by the sea in {place}. We got a room above the kitchen. I asked at the desk and was told that
this is what the agency had ordered. I called you from there, {n} times. Twice somebody promised to ring back.
/
On the last evening the manager of the hotel said that he felt sorry for us. You have not said so to this day. What does
this mean for the {amount} we paid?
""",
)

_GRIEVANCES = written(
    GRIEVANCE,
    """
Next year with somebody else | After {n} trips with you
{n} trips with you, and the last one has spoilt it. Nobody met us, nobody called, nobody was sorry. You need not write
back.

About {place} | Not what we dreamed of
I will not ask for anything. But you should know that the beach in your brochure is closed, and that everybody there
knows it.

Your newsletter | Offers for {place}
We were ill in {place} for a week, and you write "we know you loved it". Tasteless.

Guide in {place} | {n} out of ten
The guide looked at his phone all day. The boat was dirty. My daughter cried. Just so that you know whom you send.

Telephone menu | Press {n} for nothing
Your telephone menu is an insult. I have found my answer on a forum instead.
""",
)

_FAULTS = written(
    FAULT,
    """
Booking form stops | Error on the last page
I typed in {n} travellers, and the last page says "session expired". Tried it on two computers. Could you take the
booking by mail?

Voucher does not open | PDF for {ref} is empty
The PDF with the vouchers for {ref} is empty on my phone and on my laptop. Could you send it again?

Wrong date on the voucher | {ref}: one day off
The voucher for the {item} has the date of the day before. We land in {place} in the evening, so it would be useless.

App shows the old flight | {ref} in the app
The app still shows the old time for {ref}, your mail shows the new one. Which is right?

Payment failed | Card declined for {ref}
My card was declined {n} times for the deposit of {ref}. The bank says that all is fine on their side.

Seat numbers missing | {ref}: no seats
We paid for seats {when}, but the confirmation for {place} shows none. Is that normal?

Broken link in your mail | Check-in link
The check-in link in your mail leads to a page that does not exist.

Left behind | Bear in room {n}1{n}
Our daughter's bear was left in room {n}1{n} in {place}. Could you ask the hotel? It is brown and has one ear.
""",
)

_REQUESTS = written(
    REQUEST,
    """
Sea view for {ref}? | Upgrade in {place}
Is a room with a sea view still free for {ref}, and what would it cost?

Add to {ref}: {item} | {item} in {place}
We would like to add this to our booking {ref} for {place}: {item}.

Visa for {place}? | Which papers for {place}
Two of us travel on another passport. Do we require a visa for {place}?

Change dates of {ref} | Move to {month}
Could we move our trip to {place} to {month}? A week earlier or later is fine as well.

Food allergy, {ref} | Meals without nuts
My husband cannot eat nuts. Can you note it for the hotel and the flight?

Deposit for {place} | Payment in two parts
Is it possible to pay a deposit now and the rest of {amount} in {month}?

How many bags to {place}? | Luggage allowance
How many kilos are included to {place}, and what does one more bag cost?

Wheelchair at the airport | Help at boarding
My mother uses a wheelchair. Please arrange help at the airport for {ref}.

Offer for a school trip | Group of {n}0 to {place}
We are looking for an offer for {n}0 pupils to {place} in {month}.

When do the papers come? | Travel documents
When will we get the vouchers for {place}? There is no rush, we leave in {month}.

Dog on board? | Travelling with a dog
May a small dog come along to {place}, and what does it cost?

Two invoices for {ref} | Invoice for my employer
Please split the invoice for {ref}: {n} nights on the company, the rest on me.

Car park near the terminal | Parking at the airport
Do you also book parking, and is there a shuttle to the terminal?

Late arrival in {place} | Desk open at night?
Our flight lands after midnight. Is somebody at the desk of the hotel?

Best month for {place}? | Planning {place}
We want to go walking and do not like the heat. Which month would you advise for {place}?

Emergency exit row | Seats for tall people
I am two metres tall. Are the seats at the emergency exit still free on the way to {place}?

Cancel and refund conditions | Before we book {place}
What are the refund conditions if one of us falls ill before {month}? We have not booked yet.

Executive lounge | Lounge in {place}
Is the executive lounge at the airport included in {ref}, or can we add it?

Is the area safe? | Safety in {place}
We are two women travelling alone to {place} in {month}. Is the area around the hotel safe in the evening?

{ref} | Breakfast?
Is breakfast included?
""",
)

_NOTES = written(
    NOTE,
    """
Passport numbers for {ref} | The data you asked for
Here are the {n} passport numbers you asked for, for {ref}.

Automatic reply: your offer | Out of office
I am on holiday until {day} and do not read mail. In an emergency, my colleagues will find me.

Arrived well | Hello from {place}
We have arrived in {place}. The key was at the desk as you said.

{day} suits us | Call about {place}
{day} after four suits us for the call about {place}.

Deposit for {ref} | {amount} transferred
The deposit of {amount} for {ref} was transferred {when}.

We found the bag | Suitcase, no search needed
The lost suitcase was on the next plane and is here. You can stop the search.

Change of plan, ignore | Please disregard my last mail
Please disregard my mail about a change to {month}. We leave everything as it is.

Refund is on the account | {ref}: settled
The refund of {amount} is on the account since {day}. Case closed for us.

Signed form | Insurance form for {ref}
The signed form for the insurance of {ref} is attached, for your files.

Meeting point noted | Bus in {place}
Noted: the bus leaves at {n} from the north gate. We will be there.

New hotel in {place} | Our rooms for your guests
We open a hotel with {n}0 rooms in {place} in {month}. Our price list for agencies is attached.

Photos for your page | Pictures of {place}
As promised on the phone, here are {n} pictures of {place}. You may use them as you like.

Minutes of our call | What we agreed for {ref}
Thank you for the call {when}. As I understood it, we agreed on the following.
/
We keep the dates in {month}. The {item} is added for {n} people. If the storm comes, the airline decides by {day}
whether we fly, and nobody has to pay for a change. The emergency number of the hotel is on the second page.
/
If this is how you remember it, there is nothing more to do. See you in {place}.
""",
)

_THANKS = written(
    THANKS,
    """
Wonderful week in {place} | {place} was wonderful
Everything in {place} went perfectly, the hotel above all. Thank you so much! 🌞

Thank you for the quick change | {ref}: thanks
You moved our flight within ten minutes. Great service, we are very happy.

The best surprise | Honeymoon
The flowers in the room were a lovely surprise. We love {place}, and we will be back.

You got us home | Stranded, but not alone
We were stranded in {place} with a sick child, and your colleague stayed on the phone until we sat in the taxi. I will
never forget that. Thank you.

The emergency number works | Thank you for last night
I called your emergency number {when} at three in the morning, and a kind voice had a doctor at the hotel within the
hour. All is well now. Thank you!

No lawyer needed | Peace
I had already looked up a lawyer. Then you called, listened and found a solution that is more than fair. Thank you, I
mean it.

Not a single complaint | Group of {n}0
{n}0 pupils, and not a single complaint. If you know pupils, you know what that means. Excellent organisation.

The suitcase is here | Happy end in {place}
The lost suitcase is here, nothing missing, even the cheese survived. You are the best.

Terribly good | Cooking course in {place}
The cooking course in {place} was terribly good, dangerously so for my trousers. Thanks to all of you 😄
""",
)

_PRAISE_WITH_REQUESTS = written(
    PRAISE_WITH_REQUEST,
    """
Again, please | {place} next year
{place} was the most beautiful week of our year. Can you hold the same room for us in {month}?

Lovely guide | Address of our guide
Our guide in {place} was wonderful. Could you give me an address to send her the photos?

Perfect so far | One more night
Everything has been perfect so far. Is it possible to add a night in {place} to {ref}?
""",
)

TRAVEL_TEXTS: Final = by_intent(
    _EMERGENCIES, _ESCALATIONS, _COMPLAINTS, _GRIEVANCES, _FAULTS,
    _REQUESTS, _NOTES, _THANKS, _PRAISE_WITH_REQUESTS,
)  # fmt: skip
