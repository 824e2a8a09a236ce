"""What customers of a provider of electricity, gas and water write."""

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
Smell of gas in {place} | Gas smell in the stairwell
There is a strong smell of gas in the stairwell of {n} {place}. We have opened the windows and nobody touches a switch.
Would you please send somebody?

Gas!! {n} {place} | Gas smell
Gas in the stairwell, {n} {place}. Please come.

Power off, oxygen machine at home | No power in {place}
The power in {place} went off {when}. My father depends on an oxygen machine, and its battery lasts for another {n}
hours. Is there any word on when it will be back?

Clinic without water | No pressure at our clinic
Our clinic in {place} has had no water pressure since {when}. {n} dialysis patients are waiting. Could you tell us how
long it takes, or send a tank?

Water in the cellar | Pipe burst before the meter
The pipe before the water meter has burst and the water in the cellar is ankle-deep, close to the fuse box. The valve
does not move. We are at {n} {place}.

Cable hanging over {place} | Line down after the storm
After the storm a cable hangs across {place}, low enough to touch, and it hums. Children walk along here to school at
eight.

Cut off by mistake | No electricity, bill is paid
You have cut off our electricity in {place}, although the bill is paid; the receipt is attached. We have a newborn and
the heating is electric. Could it be put back on today?

Carbon monoxide alarm | Boiler and alarm
The carbon monoxide alarm went off {when}. We switched the boiler off and slept at a neighbour's. The display shows a
{n}. May we go back in?

GDPR: who has my readings? | GDPR access request
A firm that I do not know rang me and knew my consumption to the unit. Under the GDPR I would like to know to whom you
gave the data of {ref}.

Fridge with medicines | How long is the power off?
How long will the power in {place} stay off? We are a pharmacy, and the vaccines in the fridge keep for another {n}
hours.

Brown water, {n} people sick | Water in {place}
The water in {place} has been brown since {when}, and {n} people in our house are sick, two of them small children. Is it
safe to drink? Somebody should take a sample.
""",
)

_ESCALATIONS = written(
    ESCALATION,
    """
Refund of my credit | {amount} after moving out
I moved out in {month} with {amount} in credit. {n} letters, no answer. I demand the refund now, with interest.

{amount} taken twice | Chargeback on the direct debit
You took {amount} twice in {month} and then sent me a reminder. The bank has my chargeback.

Lawsuit over damaged devices | Surge in {place}
The surge {when} burnt devices worth {amount}, and your answer was a leaflet. Without an offer by {day} I file a lawsuit.

Cut off for the second time | Escalate this
You have cut us off for the second time, for a bill that was never ours. We sit in the dark with two children. Escalate
this and switch it on again, today.

Complaint to the ombudsman | {ref}: ombudsman
Your final answer is no answer. The complaint about {ref} is with the ombudsman, with all {n} letters.

My readings were sold | GDPR complaint
You have sold my readings. I make a GDPR complaint about contract {ref}, and I have told my neighbours to do the same.

Debt collector for a bill I paid | Call off the collector
A debt collector stood at my door for a bill that I paid in {month}. In front of my children. Call him off immediately
and put an apology in writing, or my lawyer will ask for it.
""",
)

_COMPLAINTS = written(
    COMPLAINT,
    """
{amount} for one month? | Bill far too high
I live alone, and the last bill says {amount}. I am angry: {n} people have looked at it, and nobody can explain it to
me.

Third missed visit | Engineer did not come
I waited all {day} for your engineer at {place}. Nobody came. It is the third time, and I lose a day's wage each time.

{n} weeks for a display | Meter display
I reported {n} weeks ago that the display of the {item} jumps about. Then again. Now I get a bill with an estimate that
is twice the usual.

Estimated again | Why do I send readings?
I send a reading each month, and each month you estimate. Who reads what I send? Please use the numbers.

Hole in {place} | Road left open
Your people left a hole in {place} with one small cone, {n} weeks ago. Every evening somebody nearly falls in. Is anyone
coming back?

Hold music | {n}0 minutes, then nothing
{n}0 minutes of music, then the line was dead. I tried again and got the answer that the office is closed. My question
is still how to read the {item}.

New monthly sum | Debit raised without a word
You raised my payment to {amount} without telling me. I am very disappointed. Set it back to what we agreed.

Washing ruined | Brown water again
The water in {place} turned brown {when} for the second time this year. My washing is ruined. I would like to know who
pays for it.

For my late mother | Name on the letters
For the third time a letter came for my late mother, although you have the certificate. Please, take her name out.

Congratulations | Your clever meter
Congratulations on the clever meter: it says that we use more at night than the swimming pool. We sleep at night. Would
anyone care to have a look at it?

Promised for {month} | Charging point, month {n}
The charging point was promised for {month}. The car is here. The hole in the wall is here too. Where is the charging
point?

Other office, other form | {ref}: form number {n}
I have now filled in {n} forms for the same move. Each office says the other one has it. Will somebody please talk to
somebody?

Street works in {place} | A letter from the whole street
I write for the {n}0 households of {place}.
/
In {month} you told us that the works would take two weeks. The road has been open since then. The water is off every
other day, and the notice comes after it. Two of our neighbours are over eighty and carry buckets.
/
We have called, written and been to your office. Each time we were given a new date, and each time it passed. We ask you
to name a date that holds, and a person.
""",
)

_GRIEVANCES = written(
    GRIEVANCE,
    """
Changing the supplier | Goodbye from {place}
After {n} years I change the supplier. It is not the price. It is that nobody ever listens. You need not do anything.

Your advertising | Green, they say
You plaster {place} with posters about how green you are, and the light in your office burns all night. Shameful.

The visit on {day} | Muddy boots
Your engineer walked through our living room in muddy boots and did not say good morning. The meter works. The carpet
does not.

The new portal | {n} clicks for a bill
The new portal is a step back: {n} clicks for a bill that used to lie in the post. I am not asking for help, I am only
annoyed.

Answer to your poll | Satisfaction
Not satisfied. The power was off on three Sundays, and each time the recorded voice thanked us for our understanding.
""",
)

_FAULTS = written(
    FAULT,
    """
Display of the {item} is dark | {item}: no display
The display of our {item} has been dark since {when}. Everything else works. Could you have somebody look at it?

Street light out | Lamp in {place}
The lamp outside {n} {place} has been out for {n} days.

Portal does not take my reading | Reading refused
The portal says "reading not plausible" and does not save it. The {item} does stand at {n}1{n}52, I have checked.

Low pressure in the morning | Water pressure in {place}
Between six and seven the water only trickles on the third floor of {place}. Later it is fine. Can you check it?

Bill for the wrong flat | {ref}: flat on the left
The bill for {ref} has the meter number of the flat on the left. Ours ends with {n}4.

App shows no data | Smart meter, no values
The app has shown no values from our {item} since {when}. The meter itself counts.

Charging point blinks red | Charging point, error {n}
The charging point blinks red and shows error {n}. I have switched it off and on again. The car charges at the
neighbour's without a problem.

Direct debit failed | Wrong account for {ref}
The direct debit for {ref} failed, because you still have our old account. How can I pay the {amount} now?
""",
)

_REQUESTS = written(
    REQUEST,
    """
Please confirm my reading | Reading for {ref}
Our {item} stands at {n}4{n}07 today. Please confirm that you have it.

Moving to {place} | Move in {month}
We move to {place} in {month} and want to take contract {ref} with us.

Second line of my bill | Explain the bill
Can you explain the second line of my bill? I do not see where the {n} pounds come from.

New bank account for {ref} | Change of bank account
I have a new bank account. Where do I enter it for {ref}?

Pay in {n} parts | Instalments
Is it possible to pay the {amount} in {n} parts?

Planned works in {place}? | Notice in the stairwell
A notice says that the water is off on {day}. From when to when?

Copy of the {month} bill | Bill for the tax office
I need a copy of the bill of {month} for the tax office, please.

Register a solar roof | Solar panels
We are putting {n} panels on the roof in {place}. Which form do you require?

Night tariff worth it? | Tariff advice
We heat at night and use about {n}00 units a month. Would another tariff be cheaper?

New owner in {place} | Change of landlord
The house in {place} has a new owner. Who must sign for the {item}?

Another date | Appointment for the smart meter
I would like another date for the new meter, any morning except {day}.

Bills by email only | Paperless
Please send the bills for {ref} by email only from {month} on.

Bill in large print | For my grandmother
My grandmother cannot read the small figures. Is there a bill in large print?

Charging point at home | Car charger, {place}
We are looking for a charging point for the garage. Do we have to let you know first?

Emergency number | Whom do we call at night?
We are new in {place}. Which emergency number do we call if the power is off at night? Nothing has happened, I am making
a list for the fridge.

What does gas smell like? | School project
My class writes about energy. What is put into gas so that one can smell a leak, and may we visit you in {month}?

Critical load | Heat pump and fuse
Is the main fuse in {place} strong enough for a heat pump, or is that already the critical load? Our installer asks.

Refund or credit? | How is the rest paid out
If the final bill ends with a credit, is it refunded or set against the next one? I only want to plan.

Key for the meter room | {place}, cellar
Who has the key for the meter room in {place}? The caretaker has retired.

{ref} | When is the next bill due?
When is the next bill due?

Understanding our house | Consumption in {place}
We have lived in {place} for {n} years and would like to understand what we use.
/
In winter we need about {n}00 units a month, in summer a third of it. The {item} is from the time before us. A friend
says that old ones run too fast, and another one says that this is nonsense. Is there a way to have it checked, and what
does it cost if everything turns out to be in order?
/
It is pure curiosity, so please answer the people first who sit in the dark.
""",
)

_NOTES = written(
    NOTE,
    """
Reading, {place} | Meter reading for {ref}
Reading of the {item}, {place}: {n}4{n}07, taken {when}.

Lamp is mended | Street light in {place}
The broken lamp outside number {n} has been on again since {when}. You can take it off your list.

Automatic reply: your bill | Out of office
I am away until {day}. In an emergency please call the caretaker of {place}.

Power is back | {place} has light
The power in {place} came back {when}. No need to send anybody.

Form attached | {ref}: signed form
The signed form for {ref} is attached, as requested.

No gas after all | False alarm in {place}
The smell of gas was our neighbour's new paint. Your engineer has been here, all safe. Sorry for the alarm.

{day} is fine | Visit of the engineer
{day} between eight and ten is fine for the {item}. My neighbour will open the door.

Paid | {amount} for {ref}
I paid the {amount} for {ref} {when}, so your reminder and my payment have crossed.

Moved out | Copy of the final reading, {place}
We moved out of {place} {when}. The landlord has already sent you the final reading of the {item}, this is only the
copy.

For the minutes | Meeting of the owners
For your files: the minutes of the owners of {place}. Item {n} is about the {item}.

Works in {place} | Our crane on {day}
For your information: our crane stands in {place} on {day}. Your line is marked, and we keep the distance.

Cable and pipes | Offer from {place}
We deliver cable, pipes and covers in all sizes. Our new catalogue is attached.
""",
)

_THANKS = written(
    THANKS,
    """
Thanks to your engineer | Friendly engineer
Your engineer came within the hour and was friendly and careful. Thank you!

The meter is right now | Bill corrected, thank you
Many thanks, the {item} is right now, and so is the bill. Excellent help on the phone.

Power back so quickly | Well done last night
The storm was bad, and yet you had {place} back by midnight. Great work, we appreciate it 👍

All clear now | I had feared the worst
When I smelled gas I had feared the worst. Your two men were here at once, found the leak and calmed my mother down.
Thank you with all my heart.

Thank you for the refund | {ref}: settled
The refund of {amount} has arrived, with a friendly letter. I had not expected that from a big company. Thank you.

A kind voice | Praise for your service line
I called in tears, and your colleague took half an hour to explain the bill to me. The patience of an angel.

Urgent, and it was treated so | Newborn and warm
I had written "urgent" in capitals, and you took it seriously: the heating was on before the baby woke up. Wonderful
people.

No damage after the storm | Thanks from {place}
No damage, no outage, not a single complaint in the whole street after the storm. Somebody there does a great job.

Clinic thanks you | Water was back in time
The water was back before our patients noticed anything. Thank you for the tank, and for the calm voice at the critical
moment.

The night of the storm | From all of {place}
I write for the whole of {place}. On {day} we had no light, no heating, and a tree on the line that hissed like a snake.
An old lady next door needs oxygen, and we were all afraid for her.
/
Your people came at two in the morning, in that weather. They brought a generator for the lady before they even looked
at the tree. At six there was light, and she made them tea.
/
Please tell them that nobody here will ever complain about a bill again. Well, not this year.
""",
)

_PRAISE_WITH_REQUESTS = written(
    PRAISE_WITH_REQUEST,
    """
Great app | One wish for the app
The new app is great, I finally understand my bill. Could it also show the {item} of my parents?

Thank you, one more thing | {ref}: thanks
Thank you for the quick answer, that was really helpful. Can I send the next reading by mail as well?

Lovely visit | School class says thank you
The children loved the visit to the power station, thank you! May we come again in {month} with the other class?
""",
)

ENERGY_TEXTS: Final = by_intent(
    _EMERGENCIES, _ESCALATIONS, _COMPLAINTS, _GRIEVANCES, _FAULTS,
    _REQUESTS, _NOTES, _THANKS, _PRAISE_WITH_REQUESTS,
)  # fmt: skip
