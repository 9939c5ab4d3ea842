"""What single words give away: yes and no, a share of the amount, an account, an ordinal, temper, language, a wish for a person."""

import re
from typing import Literal

from ivr.meaning.features import plain
from ivr.meaning.numbers import ordinal, tokens

Share = Literal["full", "half", "minimum"]

_FULL = re.compile(
    r"\b((in|the) full|full (amount|balance|payment|thing)|pay (it|that|this|them)( all)? off|pay off|everything|all of (it|that)|it all"
    r"|(the )?(whole|entire) (thing|amount|balance|lot|bill)|the (total|lot|whole)|total (amount|balance)?|(what|all|everything) (i|that i) owe"
    r"|full|the balance in full|clear (it|the balance))\b"
)
_HALF = re.compile(r"\b(half (of )?(it|that|the|my|this|now|today)|(just |only )?half|(fifty|50) (percent|%))\b|50%")
_MINIMUM = re.compile(
    r"\b(minimum|mininum|the min|min payment|(smallest|lowest|least)( amount| payment)?( (that )?i (can|have to|must))?)\b"
)
_PARTIAL = re.compile(
    r"\b(and a half|half (a|past|an)|(not|isn't|don't want to pay) (the |in )?(full|whole|total|everything|minimum|half)( \w+)?)\b"
)

_KINDS = (
    ("checking", r"\b(checking|chequing|checkings|current account|chequeing)\b"),
    ("savings", r"\b(savings?|saving account)\b"),
    ("credit", r"\bcredit card|credit account|my visa|mastercard|master card\b"),
    ("debit", r"\bdebit card\b"),
    ("loan", r"\bloan\b"),
    ("mortgage", r"\bmortgage\b"),
)

_UPSET = re.compile(
    r"\b(f+u+c+k\w*|shit\w*|bullshit|bastards?|bitch\w*|asshole\w*|arse\w*|damn\w*|goddamn\w*|crap|wtf|bloody hell|piss\w* off|screw (you|this)|hell with"
    r"|ridiculous|unacceptable|outrageous|pathetic|disgust\w*|furious|fuming|livid|angry|frustrat\w*|infuriat\w*|fed up|sick (of|and tired)|had enough"
    r"|useless|worst (bank|service|company)|waste (of|my|your) (my )?time|wasting my time|stupid|idiot\w*|moron\w*|hate (this|you|your)|shut up|for (god|christ|heaven|pete)'?s sake"
    r"|jesus christ|going in circles|not (even )?listening to me|sue you|driving me (crazy|mad|nuts|insane))\b"
)

_SPANISH = frozenset(
    (
        "hola buenos buenas dias días tardes noches quiero quisiera necesito puedo puede hablar español espanol castellano saldo cuenta tarjeta pagar pago "
        "dinero cuanto cuánto cuando cuándo como cómo gracias por favor mi el la los las una un persona alguien con de que qué es en para si sí tengo debo "
        "ayuda ingles inglés no entiendo hacer factura agente ahora donde dónde usted señor señora repita otra vez vez necesita comprendo perdón disculpe fecha "
        "vencimiento cargo minimo mínimo quien quién yo hay mañana hoy crédito credito ahorros cheques transferir me mis del al muy bien ayudar ayudarme operador"
    ).split()
)
_SHARED = frozenset("no me mi el la son a de un en es los las como con hay favor al persona mis por para si".split())
_ASKS_SPANISH = re.compile(
    r"\b((speak|talk|in|any) spanish|spanish( speak\w*)?( please| agent| person)|en español|en espanol|habla español|habla espanol)\b|^spanish$"
)

_WHO = (
    r"(person|human( being)?|humans|people|agents?|someone|some one|somebody|some body|anyone|anybody|representatives?|reps?|operators?|managers?|supervisors?|advis[oe]rs?"
    r"|staff|team member|associates?|clerk|teller|banker|employee|worker|specialist|real one|customer (service|care|support|services|relations)|csr|purse on|pursuing|"
    r"live (agent|person|chat|one)|colleague|man|woman|lady|guy|attendant|receptionist|reception|boss)"
)
_ASK = (
    r"(speak|spoke|speaking|talk|talking|tok|transfer|connect|put|get|give|pass|chat|chatting|reach|send|hand|switch|route|direct|patch|forward|escalate"
    r"|want|need|like|prefer|have|rather|bring|let|contact|call|find|see|where's|is there|can i|may i|could i)"
)
_PERSON = re.compile(
    rf"\b(speak|speaking|talk|talking|tok|chat|chatting)( directly)?( to| with| too| two)?( me| us| you)?( to| with)?( an?| the| your| my| some| another| any| one of your| any of your| real| actual| live| other| different| proper| human| bank| customer| service| credit| card| loan| support| account| branch| call| centre| center| nice| senior)* {_WHO}\b"
    rf"|\b(transfer|connect|put|get|give|pass|hand|switch|route|direct|patch|forward|send|escalate|bring|find|want|need|prefer|rather have|i'd like|would like|i like|have|let me have|may i have|can i have|can i get|could i get|reach|contact|call)( me| us| this| my call| the call)?( on| over| through| back| along| up)?( to| with| through)?( an?| the| your| my| some)?( real| actual| live| human| proper| bank| different| other)* (person|human( being)?|agent|representative|rep|operator|manager|supervisor|advisor|adviser|customer (service|care|support)|real one|someone else|somebody else|actual one|live one)\b(?! (phone )?(number|hours|address))"
    r"|\b(real|live|actual|human|living|proper|another|different) (person|human|agent|rep|representative|operator|being|one|advisor|adviser|assistant|associate|people)\b"
    r"|\b(put|pass|hand|patch|connect|transfer|send|get) me (through|over|on|out|along|up)( to| with)?( an?| the| your)? \w+"
    r"|\b(get|give|find|bring|put|pass) me (to |on to |onto |through to )?(an? |the |your |some )?(human|person|someone|somebody|agent|manager|supervisor|operator|representative|rep)\b"
    r"|\b(don'?t|do not|not|can'?t|hate|stop|tired of|sick of|rather not|enough of|no more|instead of) (want to |wanna |like |going to |gonna |feel comfortable )?(be )?(speak|speaking|talk|talking|chat|deal|dealing|sharing|discuss|discussing)?( \w+){0,4}? (to |with )?(an? |the |this |these |your |my )?(stupid |damn |dumb |automated |virtual )*(machines?|bots?|robots?|computers?|recordings?|automated|ai|virtual (agents?|assistants?))\b"
    r"|\b(is there|are there)( \w+){0,3} (someone|somebody|anyone|anybody|a person|a human|people|an agent)\b(?!.* (charge|fee|limit|account|card|atm|balance|payment))"
    r"|\b(human|person|someone|somebody|anyone|agent|operator|representative|manager|supervisor|customer service|advisor|adviser)( to| who| that| i) (can )?(help|talk|speak|assist|answer|solve|fix|handle|look|deal)\b"
    r"|\b(speak|talk|speaking|talking) (to|with) (him|her|them|sb|smb|humans?|ppl|people)\b"
)
_PERSON_ALONE = re.compile(
    r"^((yes|yeah|no|ok|okay|hi|hello|hey|please|just|uh|um|well|so|can i|could i|may i|i|want|need|have|get|give me|gimme|an?|the|i'd like|like|would|to|real|live|human|actual|then|now|i said|said|another) )*"
    r"(agents?|humans?|person|people|operator|representatives?|reps?|customer (service|care|support)( rep\w*| agent| please)?|manager|supervisor|advis[oe]r|hand ?off|real person|somebody|someone|human being|attendant|service agent|live chat|help ?desk)"
    r"( (please|now|thanks|thank you|right now|already|pls|plz|agent|representative|asap|already|here))*$"
)
_NOT_PERSON = re.compile(
    r"\b(are you|r u|you're|is this|am i|was i|i am|were you|do you|you)\b(?!.*\b(get|transfer|connect|put|give|let|have|pass)\b)( \w+){0,6} (speaking|talking|chatting|speak|talk)?( to| with)? ?(an? )?(real |actual |live )?(person|human|bot|robot|machine|computer|agent|someone|people|humans)\b"
    r"|\b(don'?t|do not|no) (need|want|have|wish)( you)?( to)?( \w+){0,3} (person|human|agent|representative|operator|transfer)\b"
    r"|\bsomeone (has|is|was|used|stole|took|else's|else is|else has|else used|may|might|must|made|hacked|got|just|keeps|called)\b"
)


def wants_person(text: str) -> bool:
    """The caller asks, in so many words, for a person."""
    said = plain(text)
    if _PERSON_ALONE.search(said):
        return True
    return bool(_PERSON.search(said)) and not _NOT_PERSON.search(said)


def share(text: str) -> Share | None:
    """Full, half or minimum; the last one said. None when none, or when negated."""
    said = _PARTIAL.sub(" ", " ".join(tokens(text)))
    found: list[tuple[int, Share]] = [(m.start(), "full") for m in _FULL.finditer(said)]
    found += [(m.start(), "half") for m in _HALF.finditer(said)]
    found += [(m.start(), "minimum") for m in _MINIMUM.finditer(said)]
    return max(found)[1] if found else None


def account_kind(text: str) -> str | None:
    """checking, savings, credit, debit, loan or mortgage; the last one said."""
    said = plain(text)
    found = [(match.start(), kind) for kind, pattern in _KINDS for match in re.finditer(pattern, said)]
    return max(found)[1] if found else None


def choice(text: str) -> int | None:
    """ "the second one" is 2, "option three" 3, "the last one" -1."""
    words = tokens(text)
    for at, word in enumerate(words):
        if word == "last" and words[at + 1 : at + 2] in (["one"], ["option"], ["account"], ["card"]):
            return -1
        found = ordinal(words, at)
        if found is None or found[0] > 9 or (at and words[at - 1] in {"twenty", "thirty"}):
            continue
        of_date = words[found[1] : found[1] + 1] == ["of"]
        chosen = words[found[1] : found[1] + 1] in (
            ["one"],
            ["option"],
            ["account"],
            ["card"],
            ["transaction"],
            ["choice"],
        )
        if chosen or (len(words) <= 3 and not of_date and found[1] == len(words)):
            return found[0]
        if word == "number":
            continue
    return _numbered(words)


def _numbered(words: list[str]) -> int | None:
    named = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5} | {str(n): n for n in range(1, 6)}
    pairs = zip(words, words[1:], strict=False)
    return next((named[b] for a, b in pairs if a in {"number", "option", "choice"} and b in named), None)


def upset(text: str) -> bool:
    """Swearing, or anger in words."""
    return bool(_UPSET.search(plain(text)))


def language(text: str) -> str:
    """ "es" for Spanish, or for a wish to speak it; "en" otherwise."""
    said = plain(text)
    words = said.split()
    strong = sum(word in _SPANISH and word not in _SHARED for word in words)
    any_spanish = sum(word in _SPANISH for word in words)
    spanish = strong and any_spanish * 2 >= len(words) and (strong >= 2 or any_spanish * 4 >= len(words) * 3)
    return "es" if spanish or _ASKS_SPANISH.search(said) else "en"


_YES = re.compile(
    r"^((oh|um|uh|okay|ok|well|so|and|ah|i said|then) )*"
    r"(yes|yeah|yep|yup|yea|ya|yah|aye|sure|correct|right|ok|okay|okey|absolutely|definitely|certainly|indeed|affirmative|of course|exactly|please do|go ahead|go for it|do it"
    r"|that's (right|correct|fine|it|good|true|me|okay|ok|the one|perfect)|that is (right|correct|fine|it|good|true|me|ok|okay)|that works|sounds (good|right|great|fine|perfect)|you got it|uh huh|mhm|mm hmm|i do|i did|it is|i am|i would|alright|all right|fine|confirmed|i confirm|perfect|please|true|you bet|roger|totally|by all means|why not|looks good|works for me|that'll do|speaking|this is he|this is she)\b"
)
_NO = re.compile(
    r"^((oh|um|uh|okay|ok|well|so|and|ah|i said|hey|wait|sorry) )*"
    r"(no|nope|nah|naw|not|never|negative|wrong|incorrect|don't|do not|stop|that's (wrong|not|incorrect|false|a no)|that is (wrong|not|incorrect|false)|it's not|it isn't|i don't( want| think|$)|i do not|i didn't|that isn't|i'd rather not|absolutely not|nothing( else)?|no way|isn't)\b"
)
_BUT_NO = re.compile(
    r"^(yes|yeah|ok|okay|sure|right|well)\b.*\b(but no|no wait|wait no|actually no|no no|not (right|correct|that|really|now|yet)|wrong|don't|do not|incorrect)\b"
)
_NO_BUT_YES = re.compile(
    r"^no\b.*\b(problem|doubt|worries)\b|^no (yes|yeah)\b|^not a problem\b|^(no|nothing) wrong\b|\b(i do not|don't) (mind|see why not)\b|^(right|ok|okay|fine) (now|here)$"
)


def yes_no(text: str) -> bool | None:
    """A yes (True) or a no (False) at the start of what was said; None when neither, or both."""
    said = plain(text)
    if _NO_BUT_YES.search(said):
        return None if "now" in said else True
    if _BUT_NO.search(said) or _NO.search(said):
        return False
    return True if _YES.search(said) else None
