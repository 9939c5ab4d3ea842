"""Whether the caller asks, in so many words, for a person."""

import re

from ivr.nlu.normalise import normalise
from ivr.nlu.patterns import any_of

SOMEONE = (
    r"(?:person|human(?: being)?|humans|people|ppl|agents?|some ?one|some ?body|anyone|anybody"
    r"|representatives?|reps?|operators?|managers?"
    r"|supervisors?|advis[oe]rs?|staff|team member|associates?|clerk|teller|banker|bank worker|employee"
    r"|specialist|receptionist|reception"
    r"|attendant|colleague|boss|csr|customer (?:service|care|support|services|relations)|purse on)"
)
_STAFF = (
    r"(?:person|human(?: being)?|agent|representative|rep|operator|manager|supervisor|advis[oe]r|teller"
    r"|banker|bank worker"
    r"|customer (?:service|care|support)|someone else|somebody else|someone|somebody)"
)
ADJECTIVES = (
    r"(?: (?:an?|the|your|my|some|another|any|one of your|real|actual|live|living|other|different|proper"
    r"|human|bank|customer|service"
    r"|credit|card|loan|support|account|branch|call|cent(?:er|re)|senior|nice))*"
)
_TO = r"(?: (?:to|with|too|two))?"
_SPEAK = (
    rf"(?:speak|speaking|talk|talking|tok|chat|chatting|discuss it)(?: directly)?{_TO}(?: me| us"
    rf"| you)?{_TO}{ADJECTIVES} {SOMEONE}"
)
_BRING = (
    r"(?:transfer|connect|put|get|give|pass|hand|switch|route|direct|patch|forward|send|escalate|bring"
    r"|find|want|need|prefer|rather have"
    r"|i'd like|would like|i like|let me have|may i have|can i have|can i get|could i get|reach)"
    r"(?: me| us| this| my call| the call)?(?: on| over| through| back| along| up| out)?(?: to| with)?"
    rf"{ADJECTIVES} {_STAFF}(?! (?:phone )?(?:number|hours|address|nearby|near))"
)
_MACHINE = r"(?:machines?|bots?|robots?|computers?|recordings?|ai|automated \w+|virtual (?:agents?|assistants?))"

_WISH = any_of(
    _SPEAK,
    _BRING,
    r"(?:real|live|actual|human|living) (?:person|human|agent|rep|representative|operator|advis[oe]r"
    r"|assistant|associate|people)",
    r"(?:put|pass|hand|patch|connect|transfer) me (?:through|over|on|to someone)",
    rf"(?:don'?t|do not|can'?t|hate|stop|tired of|sick of|enough of|no more|instead of"
    rf"|rather not)(?: [\w']+){{0,8}} (?:to|with) (?:an? |the |this |these |your )?(?:\w+ )?{_MACHINE}",
    r"(?:is|are|isn't) there (?:a |an |any |some |another )?(?:real |live |actual |human )?(?:person"
    r"|human|people|agent|someone|somebody|anyone|anybody)"
    r"(?: (?:there|else|here|available|around|i|that|who|on|to)|$)(?!.*\b(?:work for|reason|nearby)\b)",
    r"(?:someone|somebody|person|human|agent) (?:else |real )?(?:to|who can|that can) (?:speak|talk)",
    r"(?:speak|speaking|talk|talking) (?:to|with) (?:him|her|them)",
    r"get me someone",
)
_ALONE = re.compile(
    r"^(?:(?:stop|quit|not you|yes|yeah|no|ok|okay|hi|hello|hey|please|just|well|so|can|could|may|i|want|need|have|get"
    r"|give|me|gimme|an?|the|i'd|like|would|to|real|live"
    r"|human|actual|then|now|said|another|speak|talk) )*"
    r"(?:agents?|humans?|person|people|operator|representatives?|reps?|customer (?:service|care|support)"
    r"|manager|supervisor|advis[oe]r|hand ?off"
    r"|somebody|someone|human being|attendant|live chat|help ?desk)"
    r"(?: (?:please|now|thanks|thank you|right|already|pls|plz|agent|person|representative|asap|here|rep))*$"
)
_OTHERWISE = any_of(
    r"(?:if|whether|that) (?:you are|you're|this is|it is|it's|i am|i'm)(?: \w+){0,5} (?:person|human|agent|ai|bot)",
    r"(?:be|like|being|with ai or|am i speaking with|person or)(?: an?)?(?: real| live| actual"
    r"| human)* (?:person|human being|human)",
    r"(?:to|that|don't want) (?:someone|somebody) (?:to (?:use|have|take|steal))",
    r"(?:someone|somebody) else(?:'s| you| has| is| was| used| may| might)",
    r"(?:are|is|was|am|were) (?:you|this|it|i|that)(?: \w+){0,5} (?:person|human|bot|robot|machine"
    r"|computer|agent|someone|people|humans)",
    r"(?:do you|you) (?:speak|talk|work)(?: \w+){0,4}",
    r"(?:don'?t|do not|no) (?:need|want|have|wish)(?: you)?(?: to)?(?: (?!talk|speak"
    r"|deal)\w+){0,4} (?:person|human|agent|representative|operator)",
    r"(?:do|should|must|would) i (?:need|have)? ?(?:to )?(?:speak|talk|contact|call)",
    r"(?:agents?|person|someone) near(?:by)?",
)


def wants_person(text: str) -> bool:
    """The caller asks for a person; a question about being or meeting one is none."""
    said = normalise(text)
    return bool(_ALONE.search(said) or _WISH.search(_OTHERWISE.sub(" ", said)))
