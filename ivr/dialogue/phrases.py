"""Phrases that settle what is meant, whatever intent the classifier found."""

import re

from ivr.dialogue.events import Said

PERSON = re.compile(
    r"\b(agents?|humans?|persons?|people|representatives?|reps?|operators?|supervisor|manager"
    r"|agente|persona|humano|operador[ae]?|representante)\b"
)
WAIT = re.compile(
    r"\b(wait|hold on|hang on|hold please|bear with me|(one|a|just a|half a) (second|sec|moment|minute|min)"
    r"|let me (check|look|see|find|get|grab|think)|give me a)\b"
)
FORGOT = re.compile(r"\b(forg[oe]t|forgotten|(do|can)('?| no)t (know|have|remember|recall)|no idea|not sure|lost)\b")
NOT_RECEIVED = re.compile(
    r"\b((did|have|has|is|was|do|does)(n'?t| not)|never|not) ((\w+ )?(got|get|gotten|received?|have|see)"
    r"( (it|one|a|any|the|that|here|yet|anything)\b|\W*$)|(come|came|arrived?|there|here)\b)"
    r"|\b(no|nothing) (text|code|message|here|yet|came|come|there|arrived)|\bre-?send\b"
    r"|\b(send|text) (it|me|that|another|a|the)\b|\b(another|new) (one|code|text)\b"
)
PAUSE = re.compile(
    r"^\W*(um+|uh+|er+|hmm+|well|so|okay|ok|ah|oh)?\W*$|\b(is|it's|um+|uh+|er+|and|my|the|from|like)\W*$"
)
QUESTION = re.compile(
    r"^\W*(and |but |wait |actually |so )*(what|when|how|do i|can you|could you|can i|could i|tell me|actually)\b"
)
FAREWELL = re.compile(
    r"\b(good ?bye|bye|that('?s| is| will be|'?ll be) (all|it|everything)|nothing else|i'?m (done|all set))\b"
)
MONEY = re.compile(r"[$€£]|\b(dollars?|bucks?|cents?|pounds?|euros?|full|half|minimum|everything)\b")
YES_NO = re.compile(r"\W*((yes|yeah|yep|yup|no|nope|nah)\W*){1,3}")
OTHER_ACCOUNT = re.compile(r"\b(different|other|another|not my|wrong) (account|number|phone)\b")


def asks_for_person(said: Said) -> bool:
    """Whether the intent or the words ask for a person, and do not turn one down."""
    named = bool(PERSON.search(said.text.lower())) and not said.meaning.no_person
    return said.meaning.intent == "human_agent" or named
