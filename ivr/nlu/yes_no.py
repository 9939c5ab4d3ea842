"""Whether an answer says yes or no, in its first words or in all of it."""

import re

from ivr.nlu.normalise import normalise
from ivr.nlu.patterns import any_of
from ivr.number_words import TEENS, TENS, UNITS

_OPENING = (
    r"^(?:(?:oh|okay|ok|well|so|and|ah|i said|then|hey|sorry|hell|actually|please|i think|i believe|that'?s"
    r"|that is|that was|it'?s|it is|you'?re|you are|very|absolutely|most|but) )*"
)
_YES = any_of(
    _OPENING + r"(?:yes|yeah|yep|yup|yea|yeap|ya|yah|aye|sure|surely|correct|right|ok|okay|okey|absolutely"
    r"|definitely|certainly|indeed|affirmative|of course|exactly"
    r"|please do|go ahead|go for it|do it|do that|fine|good|true|perfect|accurate|great|accepted|agreed"
    r"|approved|confirm|confirmed|i confirm|i can confirm|i agree"
    r"|that works|sounds (?:good|right|great|fine|perfect)|you got it|uh huh|mhm|mm hmm|mm|i do|i did"
    r"|i am|i would|i will|alright|all right|you bet"
    r"|roger|totally|positive|go on|let'?s do (?:it|that)|i'?d say yes|you betcha"
    r"|by all means|why not|looks (?:good|right)|works for me|that'?ll (?:do|work)|speaking"
    r"|this is (?:he|she|him|her)|a (?:definite )?yes|facts|the one|me)",
    r"^(?:the|my) (?:answer|response)(?: to that)? is (?:yes|affirmative)",
    r"^(?:oh )?(?:yes )?(?:it|that|this) (?:is|does|will|would)$",
    r"^that would be (?:yes|true|great|fine|good|awesome|perfect|correct|right|lovely)",
)
_NO = any_of(
    _OPENING + r"(?:no|nope|nah|naw|nay|not|never|negative|wrong|incorrect|inaccurate|untrue|false|don't|dont|do not"
    r"|isn't|nothing|invalid|certainly not|definitely not"
    r"|i don't(?! know| remember| recall| mind| have)|i do not(?! know| remember| recall| mind| have)"
    r"|i didn't|i did not|that isn't|that wasn't|it wasn't|i'd rather not|i would prefer not"
    r"|positively not|by no means|no way|i guess not|i suppose not"
    r"|a no|a (?:hard|definite) no|a negative|i'll pass|ill pass|i disagree|i'?m not|i am not|i wouldn't|i won't)",
    r"^(?:the|my) (?:answer|response)(?: to that)? is (?:\w+ )?(?:no|negative|false)",
    r"^that would be (?:a )?(?:no|false|wrong|incorrect)",
    r"^(?:i|i'd|it'?s|it is|that'?s|that is)(?: [\w']+){0,4} (?:no|wrong|false|incorrect)$",
)
_NUMBERS = "|".join((*UNITS, *TEENS, *TENS))
_NO_AFTER_ALL = any_of(
    r"^(?:yes|yeah|yep|yup|ok|okay|sure|right|well|please|good|fine|affirmative|positive|you're right)\b.*\b(?:but no"
    r"|no wait|wait no|actually no|no no|no|nope|nah|wrong|don't|do not|incorrect"
    r"|not (?:right|correct|that|really|now|yet|today|tomorrow|from|on|by|for"
    rf"|[$\d]+|{_NUMBERS}))",
    r"^(?:certainly|definitely|absolutely|indeed) no",
    r"^(?:certainly|definitely|absolutely|of course|i am|i do|i would|i will|true|right|sure|it is|that is|that'?s)"
    r"(?: as \w+)? not",
)
_HELD_BACK = any_of(  # whatever it began with, this is not to go on as it is
    r"no|(?<!why )not|never|wrong|incorrect|cancel\w*|stop|quit|hold|help|repeat\w*|again|chang(?:e|ed|ing)"
    r"|instead|neither"
)
_YES_AFTER_ALL = any_of(
    r"^no\b.*\b(?:problem|doubt|worries)", r"^no (?:yes|yeah)(?! no)", r"^not a problem",
    r"^(?:no|nothing|not) (?:wrong|false)",
    r"(?:do not|don't) (?:mind|see why not)", r"^(?:that|it|you)(?:'s| is|'re| are) not (?:wrong|false)", r"^why not$",
)  # fmt: skip
_YEAH = r"(?:yes|yeah|yep|yup|ok|okay|sure|right|well|alright|fine|good)"
_STOP = (  # beside a yes: what is wanted is to end it, not to have it done
    r"(?:cancel\w*|stop|quit|forget (?:it|that|about it)|never ?mind|hang up|leave it|skip it|call it off"
    r"|later)"
)
_NEITHER = any_of(
    r"^(?:right|ok|okay|fine) (?:now|here)$",
    r"^not sure",
    r"^(?:i'?m|i am) not (?:\w+ )?(?:sure|certain)",
    r"^no (?:idea|clue)",
    r"^(?:good|fair|great|fine|excellent) (?:questions?|print|point|morning|afternoon|evening|night|luck)",
    r"^correct me",
    r"^never ?mind",
    r"(?:not|n't) (?:saying|say|mean|meaning) (?:yes|no)",
)
_BOTH = any_of(
    rf"^{_YEAH}(?: {_YEAH})* (?:no )+(?:that|it|this)(?:'s| is)? (?:fine|good|right|correct|ok|okay|great|perfect)",
    r"^no(?: no)* (?:that|it|this)(?:'s| is) (?:right|correct|true|perfect)",
    r"^no(?: no)+ (?:yes|yeah|yep)",
    r"^(?:yes|yeah|yep) (?:and|or) no$",
    r"^no (?:and|or) yes$",
    rf"^{_YEAH}(?: [\w']+){{0,5}} {_STOP}",
    r"^(?:ok|okay|right|well|alright|fine|good)(?: [\w']+){0,5} (?:good ?bye|bye)",
    rf"^{_YEAH}(?: \w+){{0,3}} (?:but|although|except|unless|only if|if)\b(?! no\b)",
)
_ASKS_BACK = any_of(
    rf"^(?:{_YEAH} |no |um |and |but |so |i mean )*(?:i(?:'ve| have|'ve got| got| had)?(?: got)?"
    r" (?:a|another|one|some|two|just a)(?: \w+)? (?:questions?|problems?|concerns?|issues?)"
    r"|(?:is|was|are) (?:that|this|it|there|you|they)\b|do (?:i|you|we|they)\b|does (?:it|that|this|the)\b"
    r"|did (?:i|you|it|that)\b|(?:can|could|may|should|shall|will|would) (?:i|we|it|that|they)\b"
    r"|(?:can|could|will|would) you\b(?! (?:please )?(?:do|go)\b)"
    r"|(?:what(?! you)|what's|whats|who|who's|where|where's|which|how|how's|why(?! not))\b"
    r"|when (?:is|are|do|does|will|can|was|did)\b|you sure|sure about|are you sure)",
    rf"^(?:{_YEAH} )+(?:wait|hold on|hang on|(?:one|just a) (?:moment|second|sec|minute))\b",
)
_TAG = re.compile(
    r"(?:isn't|aren't|wasn't|doesn't|don't|won't|right|correct|is) ?(?:it|that|this|they|you)?\W*\?\s*$", re.I
)


_HEAD_SHAKEN = re.compile(r"\b(?:uh|unh|mm|hm)-(?:uh|unh|mm)\b|\bnuh[- ]uh\b|^\W*uh,? uh\W*$", re.I)


def _words(text: str) -> str:
    """As `plain`, with the sounds that mean yes and no as words: they are fillers otherwise."""
    return normalise(_HEAD_SHAKEN.sub("no", text.replace("uh-huh", "yes").replace("Uh-huh", "yes")))


def no_answer(text: str) -> bool:
    """Yes and no at once, or a question back: whatever it sounds like, nothing was agreed to."""
    said = _words(text)
    asks = bool(_ASKS_BACK.search(said)) or (len(said.split()) > 2 and bool(_TAG.search(text)))
    return asks or bool(_BOTH.search(said) or _NEITHER.search(said))


def yes_no(text: str) -> bool | None:
    """True for a yes, False for a no, None for neither or both."""
    said = _words(text)
    if no_answer(text):
        return None
    if _YES_AFTER_ALL.search(said):
        return True
    if _NO_AFTER_ALL.search(said) or _NO.search(said):
        return False
    return True if _YES.search(said) and not _HELD_BACK.search(said) else None
