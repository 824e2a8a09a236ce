"""What customers of the demo write during two incidents: each in their own words, as a calm report or a question."""

from typing import Final

from tickets.demo.texts.template import COMPLAINT, FAULT, REQUEST, Template, written

GIFT_CARDS: Final[tuple[Template, ...]] = (
    *written(
        FAULT,
        """
Gift card shows £0.00 | Gift card empty
The balance of my gift card reads £0.00. It was bought in {place} {n} days ago and is unused. Please check it.

Balance of a gift card gone
I had {amount} on a gift card. The basket now says that nothing is left on it. Can you put that right?

Checkout does not take the gift card | Gift card at checkout
At the last step the gift card is turned down as empty, although the print says {amount}.

Nothing on my gift card
My aunt gave me a gift card for the {item}. The balance page does not work, it shows a nought.

My card has no money on it | A gift card without a balance
The little paper says {amount}, your page says zero. That cannot both be true of one gift card.

Two gift cards, both empty
I entered two gift cards from my birthday, one after the other. Both fail with a balance of
nothing. What should I do?

Gift card problem on the phone app
In the app the gift card is listed with £0.00. On the laptop it is the same error.

Basket ignores the gift card
I type in the number of the gift card, it says “applied”, and the total stays where it was.

Number of the gift card not known
Your page answers that the gift card number does not exist. I read it out three times with my husband.
Please have a look.

Till in {place} could not read it | Gift card refused in the shop
The lady at the till in {place} scanned my gift card and it had nothing on it. She sent me to you.

Gift card was full at breakfast
When I looked at breakfast the gift card held {amount}. An hour later it holds nothing.

Gift cards of our staff
We gave gift cards to {n} of our people. All of them say that the balance is nil. Please let me
know what to tell them.

Card for the {item}, balance zero
I saved a gift card for the {item}, and now its balance has disappeared.

Your gift card page
The gift card page loads, but under the balance there is only a dash for each of mine. Can you fix
that?

Half paid with a gift card
Order {ref} was to be paid half by gift card. It charged my bank for all of it, and the gift card is at zero.
Please correct it.

Zero, says the computer
My mother cannot spend the gift card that I posted her. The computer says zero, she says.
""",
    ),
    *written(
        REQUEST,
        """
Is something wrong with gift cards? | A question about gift cards
Is something up with your gift cards? Mine shows another amount than on the day I got it.

Can you look up a gift card? | How much is on my gift card?
Could you tell me how much is on my gift card? The page says nothing, and I think it was {amount}.

Gift card, when can I use it?
From which day on can a gift card be used? Mine still shows no amount.

Do gift cards expire? | Gift card expired?
Do gift cards run out after a year? I am asking because mine has nothing on it.
""",
    ),
    *written(
        COMPLAINT,
        """
So much for a present | Empty present
I stood there like a fool in front of my sister: the gift card I gave her is empty. What a disappointing present.

Where did my {amount} go?
The gift card is empty and nobody tells me why. I am annoyed, that was my whole Christmas money.

Third try with this gift card
Three evenings wasted on a gift card that will not work. Really poor.

Gift card useless
A useless gift card, a useless balance page. I am fed up with both.
""",
    ),
)
"""Of a shop: gift cards show no balance."""

SIGN_IN_CODES: Final[tuple[Template, ...]] = (
    *written(
        FAULT,
        """
No code by text message | Code does not arrive
I ask for a sign-in code, and no text message comes. I have been sitting here for twenty minutes.

Sign-in code never comes
The page says that a sign-in code is on its way. My phone stays silent. Please help.

Text message with the code missing
Since lunch no sign-in code reaches my phone. Other text messages do.

Cannot get past the second step | Stuck at the code
Password fine, then it wants the sign-in code, and that one I never get.

Code arrives far too late
The sign-in code reached me half an hour later, when it had long expired.

Waiting for six digits
Six empty boxes, no sign-in code to put into them. I asked for it {n} times.

Colleagues in {place} have no codes either
None of us in {place} gets a sign-in code today. It fails on every phone. Please look into it.

“Send again” does nothing
I press “send the code again” and the button goes grey. No sign-in code follows.
That seems broken.

Signing in from abroad
I am in {place} with my usual phone, and no sign-in code comes through. Can you send it
another way?

Second factor
Your second factor is down for me: the sign-in code is not delivered.

Code by phone call, too
I let it ring me with the sign-in code instead. The phone does not ring. Please
check the line.

New phone, same number, no code
I thought it was my new phone, but the old one receives no sign-in code either. What can I
do?

Locked out by a missing code
I am at the door and cannot get in: the sign-in code does not turn up.

Empty text message
A text message comes from you, but there is no sign-in code in it, only the name of the company. Please
have a look.

Our reception cannot sign in
The reception shares one phone for the sign-in code. It has been quiet all afternoon.

Blank screen after asking for the code
After “send me a sign-in code” the page waits, and so do I.
""",
    ),
    *written(
        REQUEST,
        """
Is there another way than the code? | Signing in without a code
Is there a way to sign in without the sign-in code? It is not coming today.

Which number sends the code?
From which number do you send the sign-in code? I would like to see whether my provider blocks it.

Could the code go to my e-mail?
Could I have the sign-in code by e-mail? By text message I receive none.

Code for a second person
May my colleague receive the sign-in code for me? On my phone it does not appear.
""",
    ),
)
"""Of everybody who signs in with the same provider of text messages: codes do not arrive."""
