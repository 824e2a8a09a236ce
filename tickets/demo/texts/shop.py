"""What customers of a shop for household goods write."""

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
Kettle began to smoke | Burning smell from a kettle you sold
The kettle from order {ref} started to smoke {when}, and the socket behind it is scorched. It is unplugged now. Other
people have the same one, so please look at this before somebody gets hurt.

Electric shock from the desk lamp | Desk lamp sparks
The desk lamp sparks when one switches it on, and it gave my son an electric shock. He is all right. Is that a known
problem?

Wrong address on {ref}, it leaves today | Please stop {ref} before it leaves
I have just noticed that {ref} is going to my old flat in {place}, and the page says it leaves your warehouse this
afternoon. Could you hold it? Once it is out, nobody there will take it in.

Somebody else's orders in my account | I can see a stranger's details
When I sign in I get the name, the address and the orders of a person in {place}. I have closed the page and told
nobody, but you will want to look at this before the next customer sees it too.

Request for erasure of my data | GDPR request
Under the GDPR I ask you to erase everything you hold about me, order {ref} included. Please confirm it in writing
within the month that the law allows you.

Glass in the box of the {item} | Splinters in {ref}
There were splinters of glass between the cardboard and the {item}. My son cut his hand while he helped me unpack. He
has {n} stitches and is fine, but please check the rest of the batch today.

Order I did not place: {ref} | Is somebody using my card?
A confirmation for {ref} reached me {when}: {amount}, to a door in {place} that I do not know. I ordered nothing.
Please stop the parcel while my bank looks at the card.

Cot from your recall list | Recall of {day}
Your recall of {day} names the cot we bought from you, {ref}. Our baby sleeps in it and we have no other bed. What
should we do tonight?

Gas canister, dented | Dented canister in {ref}
One of the camping gas canisters in {ref} came dented and hisses a little. I have put it in the yard, away from the
house. Who may I ask what to do with it? The bin does not seem right.
""",
)

_ESCALATIONS = written(
    ESCALATION,
    """
Where is my money? {ref} | {n} weeks without my refund
I sent the {item} back {n} weeks ago, your warehouse signed for it, and the {amount} is still not on my account. I want
my refund now, not another case number.

My bank takes over | Disputing {amount}
Four mails about the {item}, not one answer. I have asked my bank for a chargeback of {amount}. You can explain it to
them.

Last letter before court | Legal action over {ref}
The shelf came off the wall because half of the brackets you packed were the wrong ones. My solicitor has the photos.
If I hear nothing by {day}, she files the claim.

Charged {n} times for one order | {amount}, {n} times
My statement shows {amount} {n} times for one {item}. Nobody on the phone could explain it, and in the meantime my rent
has bounced. Put the money back today.

Delete my data, second request | GDPR request ignored
I asked {n} weeks ago to have my data erased under GDPR, and this morning your newsletter was there again. The deadline
has passed. My next letter goes to the data protection authority.

For whoever runs this company | Please escalate {ref}
You are person number {n} to whom I explain {ref}. I do not want another apology. Escalate this to somebody senior who
is allowed to decide, and do it today.

I have reported you | Trading standards
You sold me the {item} as new, with another family's crumbs in it. Trading standards have the photos and gave me a
reference. I expect your answer before they write to you.

You cancelled and kept the money | {amount} for nothing
You cancelled {ref} yourselves and kept the {amount}. That is not a delay, that is fraud, and I will say so in public
until I have it back.
""",
)

_COMPLAINTS = written(
    COMPLAINT,
    """
Third delivery date for {ref} | Promised for {day}, again
First it was {day}, then the week after, now the page says {month}. I have taken {n} days off work for the {item}. When
does it really come?

{n} chats and no answer | Does anybody read this?
I have told the same story to {n} people now, and every one of them promised to call back. Nobody did. Is there anyone
who reads what the others wrote?

Wrong colour for the second time | Green again
I ordered a grey {item}, got a green one, sent it back and got another green one. How hard can it be?

Left in the rain in {place} | Soaked parcel
Your courier left the {item} on the pavement in {place}, in the rain, although I was at home. Everything is soaked. I
expect a new one.

Well done | Congratulations on {ref}
Great job: you have managed to send me an empty box with a very nice ribbon around it. Would it be too much to ask for
the {item} as well?

Thanks for the music | {n}0 minutes of piano
Thanks to you I know your hold music by heart: {n}0 minutes {when}, then the line went dead. My question about {ref} is
still the same one.

Parts missing again | {item}, week {n}
The {item} came without screws. The bag you sent afterwards has the wrong ones in it. It has been lying in my hall in
pieces for {n} weeks now.

Your voucher | Code refused {n} times
The code from your newsletter is refused at the checkout every time, and your chat says that it works for them. It does
not work for me, and it runs out on {day}.

In two pieces | Broken on arrival, and it was a present
I unpacked the {item} and it was in two pieces. It was meant for my sister's wedding in {place}. I am really
disappointed, please send a new one.

Invoice for {ref}, once more | Still no invoice
I asked for the invoice in {month}, and again {n} weeks later, and was promised it within the day. My accountant is
waiting, and so am I.

Price promise | Which of your reasons is it?
Your page promises to match prices. I sent the link to the same {item}, {n} people have looked at it, and each found
another reason to say no. Which of them is it?

{ref} | Still nothing
Still nothing. Day {n}.

Your answer of {day} | That was not my question
I asked about the {item} and got four lines about somebody's {other}. Then a survey. Please have a human being read
this.

{item}, a whole story | My month with {ref}
Let me tell it from the beginning. I ordered the {item} in {month}. It was late, which can happen. It then came with a
crack, and the one that replaced it had the same crack.
/
I was told that a van would come on {day}. I stayed at home. No van. I was told it would come the day after. No van,
and the number I was given belongs to a hairdresser in {place}.
/
I have the crack, the box, and a hall that nobody can walk through. Can you tell me who is responsible, by name?
""",
)

_GRIEVANCES = written(
    GRIEVANCE,
    """
Never again | My last order
There is nothing to answer. I only want you to know that after {n} years this was my last order. The {item} was late
and scratched, and nobody seemed to mind.

About your courier in {place} | How parcels are treated here
The driver threw my parcel over the gate. Nothing broke this time. Still, that is no way to treat other people's
things.

You asked how it went | Your survey
Badly: two wrong deliveries, {n} calls, and a {item} that looks cheaper than in the pictures. I keep it because I am
tired of the queue at the post office.

The new shop | Where has everything gone
The new website is awful. I used to find things in a minute. That is all, I just had to say it.

Not worth {amount} | {item}: my review
For {amount} I had expected more than this {item}. It wobbles. I am not sending it back, but I will not recommend it to
anybody either.

So much paper | One spoon, one box
You sent a set of spoons in a box for a television, filled with plastic. In this day and age. I was speechless.
""",
)

_FAULTS = written(
    FAULT,
    """
Checkout stops at the payment | Unknown error at checkout
The checkout stops at the payment step with "unknown error", in another browser too. The {item} is still in my basket.

Tracking of {ref} | Tracking page is empty
The tracking page for {ref} has not moved for {n} days. Could you see where the parcel is?

Crack in the {item} | {ref}: damaged corner
The {item} arrived {when} with a crack along one side. A photo is attached. How do we go on from here?

Other article in the box | {other} instead of {item}
I ordered the {item}, and in the box is a {other}. I can bring it to your shop in {place} if that is easier.

Cannot sign in | Password mail does not arrive
I tried to set a new password {n} times, and the mail never comes. It is not in the spam folder. The account has the
address I write from.

Delivered? | {ref} is marked as delivered
{ref} is marked as delivered {when}, but there is nothing at the door, and the neighbours have not seen it either.

One screw missing | {item}: seven of eight screws
The {item} came with seven of its eight screws. Could you send the last one?

Air fryer switches itself off | Guarantee case, {ref}
Since {when} the air fryer switches itself off after {n} minutes. I have tried another socket. It is still under
guarantee.

Charged, but no order | Payment without confirmation
{amount} left my account {when}, but there is no confirmation and the order is not in my list. Did something go wrong at
the payment?
""",
)

_REQUESTS = written(
    REQUEST,
    """
Is the {item} back in stock soon? | {item}: when available?
I would like to buy the {item}, but it says sold out. Do you know when it will be back?

Change of delivery address for {ref} | New address
We are moving to {place} in {month}. Can you send {ref} to the new address in my account?

Does the {item} fit with the {other}? | Question about the {item}
I already have the {other} from you. Will the {item} go with it, or do they clash?

Invoice for {ref} | Copy of an invoice
Please send me the invoice for order {ref} as a PDF, with the VAT broken down by item.

How do I clean the {item}? | Care of the {item}
The leaflet says nothing about cleaning. Is warm water with a little vinegar all right?

Collect in {place}? | Pick-up instead of delivery
Is it possible to collect {ref} from your shop in {place} instead of having it delivered?

Gift wrapping | Present for a friend
Could the {item} be wrapped as a present, with no price on the slip?

Two orders in one parcel? | Combine with {ref}
I forgot the {other} and ordered it separately. Can both travel in one parcel?

How long is the guarantee? | Warranty on the {item}
How long is the guarantee on the {item}, and do I have to register it somewhere?

Spare lid for the {item} | Replacement lid
The lid of my {item} got lost when we moved. Do you sell it on its own?

Newsletter twice | Unsubscribe second address
I get your newsletter at two addresses. Please take off the one with the number in it.

Dimensions of the {item} | How wide is it?
I have a corner of {n}0 cm in the kitchen. What is the exact width of the {item}?

Company account | Ordering for our office
We want to order {n} of the {item} for our office in {place}. Is there a business price?

Delivery on the day itself? | How fast can it be?
Do you also deliver on the day itself, or is {day} the earliest? There is no hurry, I only want to plan.

Refund policy | Before I order
Where do I find your refund policy? I want to know the rules before I order the {item} for my mother.

Emergency torches | Smoke alarms with a long battery
Do you sell emergency torches, or smoke alarms with a ten-year battery? I could not find either on your pages.

"Broken white" | Colour of the {item}
Is the {item} in broken white closer to cream or to grey? On my screen it is hard to say.

Job at the counter | Are you hiring in {place}?
I saw a note in your window in {place}. Whom do I write to, and what do you need from me?

{ref}? | When does it arrive
Any idea when {ref} will be here?

Old {item} | Do you take the old one back?
When you deliver the {item} on {day}, could the driver take the old one with him? It stands by the door.

Furnishing a holiday flat in {place} | A list of questions
We are furnishing a small holiday flat in {place} and would like to buy most of it from you. Before I order, I have a
few questions.
/
Is the {item} easy to keep clean if the guests change every week? Is there a {other} that matches? And can everything
come on one {day} in {month}, carried up to the third floor? There is no lift, and the stairs are narrow, about 80 cm.
/
If you would rather talk, name a time. If it is easier in writing, that is fine as well.
""",
)

_NOTES = written(
    NOTE,
    """
The photo you asked for | {ref}: label
Here is the photo of the label you asked for. The number on it is {ref}.

Automatic reply: {ref} | Out of office
I am out of the office until {day} and read my mail only now and then. In urgent cases, my colleagues in {place} are
there for you.

Found it | Please ignore my last mail
Please ignore my mail about the {item}. It was in the other parcel. You can close this.

Address for {ref} | The address is right
Yes, the address in {place} is the right one. The neighbours will take it in.

For the driver | Delivery on {day}
For the driver on {day}: the bell does not work at the moment, knocking is enough. Just so that you know.

Fwd: delivery note {ref} | Delivery note, for your files
For your files: the signed delivery note for {ref} is attached. There is nothing to do on your side.

Collected in {place} | {ref} collected
I collected {ref} in {place} {when}. The young man at the counter said I should let you know.

{day} is fine | Delivery slot
{day} between nine and twelve suits us. Somebody will be at home.

Payment for {ref} | {amount} is on its way
I have transferred the {amount} for {ref} {when}. It should reach you in a day or two.

No refund needed | {item} mended
About the {item}: no refund needed. My brother-in-law has mended it, so I am keeping it.

The refund has arrived | {ref}: money received
The refund of {amount} for {ref} reached my account {when}. From my side this is settled.

Labels and packing tape | Partners in {place}
We are a printer in {place} and make labels, tape and boxes for shops of your size. Our catalogue is attached.

Wrong address, ignore | Not for you
Sorry, the last message was meant for another shop. No harm done, please disregard it.
""",
)

_THANKS = written(
    THANKS,
    """
Thank you! | Lovely {item}
The {item} is even nicer than in the pictures. Thank you to the person who packed it so well 😊

The colour is right now | It is perfect now
Many thanks, the colour is right now and the {item} looks perfect. I had feared the worst when I opened the first box.

A lid within the hour | Thanks to the shop in {place}
Your colleague in {place} brought a new lid for the {item} within the hour. I had not expected that. Thank you!

Compliment for your chat | {ref} in five minutes
I was close to giving up, and then your colleague sorted out {ref} in five minutes. Excellent, and so patient with me.

Refund is here, thank you | Fair to the end
The refund of {amount} came sooner than you had promised. Thank you for being so fair about it. I will order again.

You saved the birthday | Emergency over
It was an emergency of the birthday kind, and you saved it: the {item} came in time on {day}. My daughter was over the
moon.

For once no complaint | Just to say it
People only write when something is broken. Nothing is broken. The {item} is great, and it was a pleasure to unpack.

Even my mother is content | A critical eye
My mother has a critical eye and found nothing wrong with the {item}. Wonderful work.

Third time | Happy customer from {place}
Third time I ordered from you, and for the third time everything was perfect. Happy greetings from {place}.

No more worries about {ref} | Sorted, thank you so much
I was angry on {day}, I admit it. The way you put {ref} right has made up for everything. Thank you so much.

The story of {ref} | A long thank-you
I owe you a letter. When the {item} came in {month}, one leg was broken, and I wrote you a mail that I would not want to
receive myself. I spoke of a lawyer, I believe, and of the worst shop in the country.
/
Your colleague rang me up the same evening, laughed with me, and two days later the new leg was here. The day after,
somebody asked whether it fits. It does.
/
I wanted to say that I am sorry for the tone, and thank you. The {item} stands in the hall, and everybody asks where it
is from.
""",
)

_PRAISE_WITH_REQUESTS = written(
    PRAISE_WITH_REQUEST,
    """
Exchange for a larger one | Swap the {item}
The {item} is beautiful, just a little small for our kitchen. May I exchange it for the larger one?

Love the {item}, one question | Does it come in blue?
We love the {item}. Does it come in blue as well?

What a quick delivery | Thanks, and one small thing
What a quick delivery, thank you! Could you also send the invoice for {ref} to my address at work?

So happy with it | Where can I leave a review?
I am so happy with the {item} that I would like to write a review. Where do I find the form for it?
""",
)

SHOP_TEXTS: Final = by_intent(
    _EMERGENCIES, _ESCALATIONS, _COMPLAINTS, _GRIEVANCES, _FAULTS,
    _REQUESTS, _NOTES, _THANKS, _PRAISE_WITH_REQUESTS,
)  # fmt: skip
