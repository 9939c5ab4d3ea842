"""What the caller turns down ("no agent, please"): a person, or a subject that is named only to be refused."""

import re
from dataclasses import dataclass

from ivr.nlu.person_request import ADJECTIVES, SOMEONE

_GAP = (
    r"(?: (?:to|speak|speaking|talk|talking|chat|chatting|with|be|being|been|transferred|connected|passed|put|through"
    r"|handed|over|sent|for|wait|waiting|deal|dealing|go|going|discuss|it|hear|from|see|have|having|on|hold|ask|asking|any|involve"
    r"|involved|bother|use|get|about|this|that))*"
)
_WHO = rf"{ADJECTIVES} {SOMEONE}"
_NOT = r"(?<!why )(?<!you )(?<!they )(?<!if )(?:don'?t|do not|didn'?t|did not|won'?t|wouldn'?t|would not|never)"
_SOFT = r"(?: (?:really|just|actually|even|currently|think i|believe i|feel i|necessarily|particularly))*"
_WISH = r"(?:want|wanna|need|like|wish|care|have|ask|look|plan|intend|require)(?:ing)?"
_MOVE = (
    r"(?:transfer|connect|put|get|give|pass|hand|switch|send|bring|route|forward|patch)(?:ring|ting|ning|ing)?"
    r"(?: me| us| this| my call| the call)?(?: through| over| on| up| back)*(?: to| with| for)?"
)
_ELSE = (  # how a wish of their own begins
    r"(?:just|only|simply|tell|give me (?:my|the)|what|what's|whats|when|when's|how|can you|could you|i just|i only"
    r"|i want|i need|i'd like|i would like|i wanna|let me|let's|pay|my|the|check|show|read|balance|payment)"
)
_POLITE = (
    r"(?:please|thanks|thank you|now|right|already|here|asap|pls|immediately|hurry|no|yes|yeah|agent|person|human)"
)
_PERSON = [
    re.compile(pattern)
    for pattern in (
        rf"\b(?:i |we )?{_NOT}{_SOFT} {_WISH}{_GAP}{_WHO}\b",
        rf"\b(?:i'?d|i would|i'?ll|we'?d|i)? ?(?:rather|prefer|prefer to) not{_GAP}{_WHO}\b",
        rf"(?<!why )\b(?:please )?(?:don'?t|do not|never|stop|quit|avoid) {_MOVE}{_WHO}\b",
        r"(?<!why )\b(?:please )?(?:don'?t|do not|stop) (?:transfer|hand|pass|put)(?:r?ing|ting)? me"
        r"(?: through| over| on)?(?= ?[,.;!]|$)",
        rf"\b(?:never ?mind|forget|skip|leave out)(?: about)?{_WHO}\b",
        rf"\bwithout(?: having| needing)?{_GAP}{_WHO}\b",
        rf"\b(?:instead of|rather than|not with|anything but){_GAP}{_WHO}\b",
        rf"\b(?:there'?s |i have |i see )?no (?:need|reason|wish|desire|point)(?: in)?{_GAP}{_WHO}\b",
        rf"(?:^|[,.;!] ?|\b(?:and|but|please|so|hi|hello) )(?:no|not)(?: more)?{_WHO}(?: please| thanks| thank you)*"
        rf"(?: ?[,.;!] ?(?=\w)(?!{_POLITE}\b)| (?={_ELSE}\b))",
    )
]
_SUBJECT = r"(?:balance|payments?|due date|transactions?|statement|bill|account)"
_SUBJECTS = [
    re.compile(pattern)
    for pattern in (
        rf"(?:^|[,.;] ?)(?:no,? )?not (?:the |my |a |about (?:the |my |a )?)?{_SUBJECT} ?[,.;]? (?:but )?(?=\w)",
        rf"\bi (?:don'?t|do not) (?:want|need)(?: to (?:know|hear|check|get|have|make))?(?: about)?(?: the| my| a)?"
        rf" {_SUBJECT} ?[,.;]? (?:but )?(?=(?:i|just|tell|what|when|can|could)\b)",
    )
]
_STAYS = (  # "don't hang up on me", "I don't want to cancel": go on
    re.compile(
        r"(?<!why )\b(?:please |but |so |and |i )*(?:don'?t|do not|never)"
        r"(?: (?:want|wanna|mean|like|wish)(?: you)?(?: to)?)?"
        r" (?:hang up|hang me up|cut me off|disconnect(?: me)?|end (?:the|this) call|drop (?:me|the call)|leave me"
        r"|cancel|stop)\b(?: on me| me| the phone| it| that| this| (?:the|my) (?:payment|call))*(?: yet| now| please)*"
        r" ?[,.;!]?"
    ),
)
_LEAD = re.compile(r"^(?:(?:no|nope|thanks|thank you|no thanks|please|sorry|but|and|so)[ ,.;!]+)+(?=\w+ \w|\w{4,})")
_NEEDS_ONE = re.compile(r"\b(?:can'?t|cannot|can not|unable|won'?t|not|never|nothing)\b[^,.;]*\bwithout\b")
_ANYBODY = re.compile(rf"\b{SOMEONE}\b")


@dataclass(frozen=True, slots=True)
class Declined:
    """`rest`: the words without what was turned down, of which there may be none.

    `person`: a person was turned down, and nobody else is asked for.
    """

    rest: str
    person: bool


def declined(text: str) -> Declined:
    """What is left of `text`; all of it where nothing was turned down. In doubt a person is not."""
    said = " ".join(text.lower().replace("’", "'").split())
    kept = said
    for pattern in () if _NEEDS_ONE.search(said) else _PERSON:
        kept = pattern.sub(" ", kept)
    person = kept != said and not _ANYBODY.search(kept)
    rest = kept if person else said
    for pattern in (*_SUBJECTS, *_STAYS):
        rest = pattern.sub(" ", rest)
    return Declined(_LEAD.sub("", rest.strip(" ,.;!")) if rest != said else text, person)
