"""What surrounds the texts of all customers: greetings, names, one sentence more, signatures, quoted mails."""

from collections.abc import Mapping
from typing import Final

from tickets.demo.texts.other_languages import Language
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
    Intent,
)

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MOMENTS: Final = (
    "yesterday", "this morning", "last night", "at the weekend", "two days ago", "on Monday",
    "this afternoon", "on Thursday", "last week",
)  # fmt: skip

GREETINGS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("Hello,", "Hi,", "Hi there,", "Dear team,", "Good morning,", "Good afternoon,", "Dear support,"),
    "de": ("Guten Tag,", "Hallo,", "Sehr geehrte Damen und Herren,"),
    "fr": ("Bonjour,", "Madame, Monsieur,"),
    "es": ("Hola:", "Buenos días:", "Estimados señores:"),
    "ar": ("مرحبا،", "السلام عليكم،"),
}
FAREWELLS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("Best regards", "Kind regards", "Regards", "Thanks", "Cheers", "Yours"),
    "de": ("Viele Grüße", "Mit freundlichen Grüßen"),
    "fr": ("Cordialement", "Bien à vous"),
    "es": ("Un saludo", "Saludos cordiales"),
    "ar": ("مع التحية", "تحياتي"),
}
NAMES: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": (
        "Maya", "Owen", "Priya", "Tomas", "Ella", "Kofi", "Nora", "Samir", "Greta", "Luca", "Aisha", "Finn", "Ivy",
        "Mateo", "Hana", "Callum", "Zoe", "Piotr", "Ruth", "Dara", "Emil", "Farah", "Joan", "Viktor", "Leila",
    ),
    "de": ("Jürgen", "Anke", "Björn", "Sabine", "Käthe"),
    "fr": ("Élodie", "Benoît", "Maëlle", "Gérard"),
    "es": ("Íñigo", "Begoña", "Martín", "Rocío"),
    "ar": ("ليلى", "سمير", "هناء"),
}  # fmt: skip
PHONE_INTRODUCTIONS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("Call from {name}. In the caller's words: ", "Phone, {name}: ", "{name} on the phone: "),
    "de": ("Anruf von {name}: ",),
    "fr": ("Appel de {name} : ",),
    "es": ("Llamada de {name}: ",),
    "ar": ("مكالمة من {name}: ",),
}

# A sentence more that gives the case a history; an empty one leaves it out. None changes the intended verdict.
DETAILS: Final[Mapping[Intent, tuple[str, ...]]] = {
    EMERGENCY: (
        "", "My reference is {ref}.", "You can reach me at any hour.", "Thank you for your help.",
        "We have been loyal customers for {n} years.", "I have written down the times.",
    ),
    ESCALATION: (
        "", "I have kept all the mails and photos.", "I tried the phone line {n} times without getting through.",
        "My reference is {ref}.", "I expect a named person to answer.", "This has cost us {amount} so far.",
        "I will not wait another week.", "We have been loyal customers for {n} years.",
    ),
    COMPLAINT: (
        "", "The reference is {ref}.", "I already wrote about it on {day}.", "A photo is attached.",
        "My neighbours have the same story.", "I expected better after {n} years with you.",
        "The last answer was clearly copied from somewhere.", "We have tried it on {n} different days.",
        "Nobody called back as promised.",
    ),
    GRIEVANCE: (
        "", "The reference was {ref}.", "I have told my friends.", "Make of it what you like.",
        "It was different in {month}.", "And that after {n} years.",
    ),
    FAULT: (
        "", "The reference is {ref}.", "A photo is attached.", "You reach me best after five.",
        "It began {when}.", "I have looked in the FAQ first.", "It is not the end of the world.",
        "I am free on {day} for a call.",
    ),
    REQUEST: (
        "", "", "The reference is {ref}.", "I could not find it on your website.", "A short answer is enough.",
        "You reach me best after five.", "It is for my parents, I write in their name.",
        "We are {n} people in all.", "Any time this week is fine.", "I looked in the FAQ first.",
        "It was different in {month}.", "Please reply in writing.",
    ),
    NOTE: (
        "", "", "No answer needed.", "That is all.", "The reference is {ref}.", "My number is still the same.",
        "Greetings from {place}.", "More on {day}, as agreed.",
    ),
    THANKS: (
        "", "Please pass it on.", "The reference was {ref}.", "I was ready to complain when I first wrote.",
        "You can close this one.", "It made our {day}.", "I will tell everybody in {place}.",
    ),
    PRAISE_WITH_REQUEST: ("", "No hurry at all.", "The reference is {ref}.", "Greetings from {place}."),
}  # fmt: skip

# Company signatures and quoted mails, as they hang below many messages. They belong to nobody's request.
SIGNATURES: Final = (
    "-- \n{name}\nPurchasing, {organisation}\nThis e-mail is confidential. If you are not the intended recipient, please "
    "notify the sender immediately and delete it.",
    "-- \n{name} | {organisation} | {place}\nPlease think of the trees before you print this.",
    "-- \nSent from my phone. Excuse typing mistakes, it is urgent only if I say so.",
)
QUOTES: Final = (
    "On {day}, Support wrote:\n> Thank you for your message about {ref}.\n> If it is urgent, call us immediately. We are "
    "sorry for any trouble.\n> Your support team",
    "> Dear customer,\n> your request {ref} has been received. Critical cases are answered within the hour.\n> Please do not "
    "delete this line.",
)

ORGANISATIONS: Final = (
    "Harbour Foods", "Bright Lane Studio", "Northgate Clinic", "Millbrook School", "Tern & Sons", "Oakfield Dental",
    "Paper Kite Press", "Copperfield Hotels", "Lowland Farms", "Station Road Garage",
)  # fmt: skip
