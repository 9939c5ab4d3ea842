"""Whether the caller is angry with us, and not with themselves or the weather."""

import re

from ivr.nlu.normalise import normalise
from ivr.nlu.patterns import any_of

_UPSET = any_of(
    r"f+u+c+k\w*", r"(?:bull)?shit\w*", r"bastards?", r"bitch\w*", r"assholes?", r"god ?damn\w*|damn|dammit",
    r"crap", r"wtf", r"bloody hell", r"piss\w* off", r"screw (?:you|this)", r"what the hell", r"go to hell",
    r"ridiculous", r"unacceptable", r"outrageous", r"pathetic", r"disgust\w+", r"furious", r"fuming", r"livid",
    r"angry", r"frustrat\w+", r"infuriat\w+", r"fed up", r"sick of", r"sick and tired", r"had enough", r"useless",
    r"worst (?:bank|service|company)", r"wast(?:e|ing) (?:of )?(?:my |your )?time", r"stupid", r"idiots?",
    r"idiotic", r"morons?", r"hate (?:this|you|your)", r"for (?:god|christ|heaven|pete)'?s? sakes?",
    r"jesus christ", r"(?:going|running) (?:round )?in circles", r"not (?:even )?listening to me",
    r"(?:drives?|driving) me (?:crazy|mad|nuts|insane)", r"upset", r"joke of a bank",
    r"i(?:'ve| have) told you (?:already|three times|twice)",
)  # fmt: skip
_SILLY = r"(?:stupid|dumb|silly|idiotic|ridiculous|useless|pathetic|crap)"
_FEELING = r"(?:angry|upset|furious|frustrat\w+|fuming|livid|fed up|mad)"
_OTHERS = (
    r"(?:wife|husband|son|daughter|mother|mom|mum|dad|father|boss|friend|neighbou?rs?|dog|cat|kids?|children|baby|landlord"
    r"|partner|sister|brother|girlfriend|boyfriend|roommate|job|work|weather|traffic|allergies|headache|ex)"
)
_OF_MINE = (
    r"(?:phone|memory|brain|computer|internet|connection|fault|mistake|eyes|glasses|head|dog|cat|kids?|car|fingers)"
)
_HARMLESS = any_of(
    rf"{_SILLY} (?:little )?(?:questions?|of me|me|mistake|thing to ask|reason|request)",
    rf"(?:i'm|i am|i was|i've been|i feel|i felt|feel|feeling|i sound|i look|call me|i must be|i'm being)"
    rf"(?: (?:so|such|an|a|just|being|really|like|too|very|kind of|kinda|a bit|bit|rather|pretty|complete|total))*"
    rf" (?:{_SILLY}|idiots?|morons?)(?: (?:asking|calling|about|at|with)(?: \w+)?)?",
    r"(?:what an?|such an?) (?:stupid |silly )?(?:idiot|moron) (?:i am|i was|i've been)",
    r"how (?:stupid|silly|dumb|ridiculous) of me", r"(?:stupid|silly|foolish) me",
    rf"my (?:own )?(?:stupid|damn|darn|useless|bloody|crappy) {_OF_MINE}",
    rf"(?:not|never|isn't|aren't|no longer|don't be|don't get|no need to (?:be|get)|hope you're not|nobody's?)"
    rf"(?: (?:at all|really|so|that|too|even|trying to be|here to be))* {_FEELING}",
    r"(?:not|don't want|don't mean|didn't mean|hate|wouldn't want)(?: \w+)? to upset \w+", r"upset (?:stomach|tummy)",
    rf"(?:my|his|her|their|the|our|these|this) {_OTHERS}(?:'s)?(?: (?!and\b|i\b)\w+){{0,3}}? (?:{_FEELING}|{_SILLY}"
    rf"|sick of \w+|idiots?|(?:drives?|driving) me (?:crazy|mad|nuts|insane))",
    r"(?:don't|didn't|not|without|sorry (?:to|for|i'm)|hate to|don't mean to)"
    r"(?: (?:want|wanna|mean|like|going) to| to)? wast(?:e|ing) (?:any of )?(?:your|anyone's) time",
    rf"{_FEELING} (?:with|at) (?:myself|me\b|my own|my (?:phone|memory|husband|wife|boss|kids?|dog|cat))",
    r"not to (?:be|sound|seem)(?: like)? an? (?:idiot|moron)",
    r"(?:ridiculous|stupid|pathetic) (?:how (?:cold|hot|warm|wet|windy)|heat|cold|weather|rain|traffic)",
    r"had enough (?:money|funds?|time|to|in|on|for|credit|left|cash|balance)",
    r"hate this (?:weather|cold|rain|traffic|heat|winter|song|music)",
    r"shit ?loads?", r"(?:shit|crap|fuck)[- ]?ton", r"damn(?:ed)? (?:near|good|well|straight)", r"ridiculous amount",
    r"excuse my \w+ question", r"give a damn(?= about my)",
)  # fmt: skip
_EXCLAIMED = re.compile(
    r"^(?:(?:oh|well|ah|aw|ugh|man|hi|hello|sorry|yeah|no) )*(?:god ?damn(?: it)?|damn(?: it)?|dammit|shit|crap"
    r"|holy (?:crap|shit|hell)|what the hell|bloody hell|jesus(?: christ)?|for (?:god|christ|heaven|pete)'?s? sakes?)"
    r"(?= \S)"
)
_OWN = re.compile(
    r"\b(?:i|i'm|i've|i'd|my|it's|it is|how much|what's|what is|when|when's|wrong (?:number|button|key))\b"
)
_AIMED = re.compile(
    r"\b(?:you|you're|your|yours|this|bot|robot|machine|system|service|services|bank|line|thing|people|charged|charges?|fees?"
    r"|stole|money|waiting|hours?|minutes|times|nobody|still|can't|won't|doesn't|don't|keeps?|give me|get me|again"
    r"|answer)\b"
)


def is_upset(text: str) -> bool:
    """Swearing at us, or anger in words."""
    said = _HARMLESS.sub(" ", normalise(text))
    exclaimed = _EXCLAIMED.search(said)
    if exclaimed is not None:
        rest = said[exclaimed.end() :]
        if _OWN.search(rest) and not _AIMED.search(rest):
            said = rest  # a word that slipped out over something of their own
    return bool(_UPSET.search(said))
