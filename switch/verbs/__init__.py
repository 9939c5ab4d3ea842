"""What a TwiML document can tell a call to do: one file a verb, named as the verb, with one function that does it.

Nouns that several verbs share, and what a conference or a whisper plays, have files of their own beside them.
`VERBS` is what a call's documents are run with; the interpreter below knows none of them.
"""

from collections.abc import Mapping

from switch.interpreter import Verb
from switch.verbs.connect import connect
from switch.verbs.dial import dial
from switch.verbs.gather import gather
from switch.verbs.hangup import hangup
from switch.verbs.pause import pause
from switch.verbs.pay import pay
from switch.verbs.play import play
from switch.verbs.record import record
from switch.verbs.redirect import redirect
from switch.verbs.reject import reject
from switch.verbs.say import say
from switch.verbs.start import start
from switch.verbs.stop import stop

VERBS: Mapping[str, Verb] = {
    "Say": say,
    "Play": play,
    "Gather": gather,
    "Record": record,
    "Pause": pause,
    "Redirect": redirect,
    "Reject": reject,
    "Hangup": hangup,
    "Dial": dial,
    "Connect": connect,
    "Start": start,
    "Stop": stop,
    "Pay": pay,
}
