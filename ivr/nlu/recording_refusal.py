"""Whether the caller says that they are not to be recorded, in English or Spanish."""

from ivr.nlu.normalise import normalise
from ivr.nlu.patterns import any_of

_THIS = r"(?: (?:me|this|us|it|that|my voice|(?:this|the|our|my) (?:call|conversation|voice)))?"
_NOT = r"(?:don'?t|do not|never|please don'?t|rather not|not to|not be|without being|without)"
_SOFT = (
    r"(?: (?:to|want|wanna|wish|like|agree|consent|be|being|have|having|you|me|my|this|the|call|voice|that|it|for|us"
    r"|get))*"
)

_REFUSES = any_of(
    rf"{_NOT}{_SOFT} (?:record|recorded|recording|taped|tape)(?! (?:of|number|show|say|player))",
    rf"(?:stop|quit|end|cancel|turn off|switch off|shut off|pause|disable){_THIS}(?: the| that| this| your| my)?"
    r" record(?:ing)?",
    r"(?:turn|switch|shut) (?:the |that |this |your )?record(?:ing|er) off",
    r"(?:stop|quit) (?:recording|taping)",
    r"no record(?:ing|ings)(?: please| of (?:me|this|my (?:call|voice)))?$",
    r"(?:i )?(?:object to|refuse|decline|did not agree to|didn'?t agree to|do not consent to|don'?t consent to"
    r"|not okay with|not ok with|not comfortable with|not fine with)(?: (?:the|being|to|you|be|this|that|call|me|any))*"
    r" record(?:ed|ing)",
    r"(?:can|could|would|will) you (?:please )?not record",
    r"off the record",
    # Spanish
    r"no (?:me |nos |lo |la )?(?:graben|grabe|grabes|grabar|graben esto)",
    r"no (?:quiero|deseo|acepto|autorizo|permito|consiento)(?: (?:que|ser|me|nos|la|esta|el|ella|se|que me|que se))*"
    r" (?:graben|grabe|grabado|grabada|grabar|grabacion|grabaci[oó]n|grabes)",
    r"(?:deje|dejen|deja|pare|paren|para|detenga|detengan)(?: de)?(?: la| esta)?"
    r" (?:grabar|grabarme|grabaci[oó]n|grabacion)",
    r"(?:apague|apaguen|apaga|quite|quiten)(?: la| esa)? (?:grabaci[oó]n|grabacion|grabadora)",
    r"sin (?:grabar|grabaci[oó]n|grabacion)",
)
_OTHERWISE = any_of(
    r"(?:why|if|whether|when|unless|because) (?:you |they |it |this |we |i )?(?:don'?t|do not|didn'?t|aren'?t|are not)"
    r"(?: \w+){0,3} record\w*",
    r"(?:don'?t|do not) (?:have|see|find|keep)(?: \w+){0,3} record(?:s)?",
    r"(?:don'?t|do not) (?:mind|care)(?: \w+){0,5} record\w*",
    r"no (?:tengo|veo) (?:la |una )?grabaci[oó]n",
)


def refuses_recording(text: str) -> bool:
    """The caller does not want to be recorded; a question about it, or about a record of theirs, is no refusal."""
    return bool(_REFUSES.search(_OTHERWISE.sub(" ", normalise(text))))
