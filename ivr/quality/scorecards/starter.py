"""The scorecard to begin with: what a caller of a bank may expect of whoever talks to them, bot or person."""

from ivr.quality.scorecards.definition import Choice, Definition, Question, Section

NAME = "Every call"

STARTER = Definition(
    (
        Section(
            "Beginning",
            (
                Question(
                    "q1", "Was the caller told that they talk to an AI, and that the call is recorded?",
                    weight=5, about="bot", fatal=True, rule="said-it-is-ai",
                    help="The notice says both before the first question.",
                ),
                Question(
                    "q2", "Was the caller verified before anything of their account was told?",
                    weight=10, fatal=True, may_be_na=True, comment_on_fail=True, rule="verified-first",
                    help="Not applicable where nothing of an account was told.",
                ),
            ),
        ),
        Section(
            "Listening",
            (
                Question(
                    "q3", "How soon was it understood what the caller wanted?",
                    kind="choice", weight=8, comment_on_fail=True,
                    choices=(Choice("At once", 100), Choice("After asking once more", 60), Choice("Too late", 0)),
                ),
                Question(
                    "q4", "Could the caller finish what they were saying?", weight=4, rule="let-finish",
                    help="A short yes or mm-hm while they speak is no interruption.",
                ),
                Question(
                    "q5", "Did the caller wait for an answer without silences above five seconds?",
                    weight=4, rule="no-dead-air",
                    help="A silence that was announced may be judged otherwise, with the reason.",
                ),
                Question(
                    "q6", "How calm, plain and kind was the tone?", kind="scale", weight=5, about="agent",
                    help="5: as you would like to be spoken to. 1: curt, or over the caller's head.",
                ),
            ),
        ),
        Section(
            "The matter",
            (
                Question(
                    "q7", "Was what the caller was told right?", weight=10, may_be_na=True, comment_on_fail=True,
                    help="As the account and our rules say. Not applicable where nothing was told.",
                ),
                Question(
                    "q8", "Were amount, account and day read back before money moved?",
                    weight=10, fatal=True, may_be_na=True, comment_on_fail=True, rule="read-back",
                ),
                Question(
                    "q9", "Was the caller helped?", kind="choice", weight=10,
                    choices=(Choice("Yes, with all of it", 100), Choice("With a part", 50), Choice("No", 0)),
                ),
                Question(
                    "q10", "Could it have been settled in this call?", weight=3,
                    shown_if=("q9", "3"), kind="choice",
                    choices=(Choice("No, it was not in our power", 100), Choice("Yes", 0)),
                ),
            ),
        ),
        Section(
            "The way to a person",
            (
                Question("q11", "Was the caller told how to reach a person?", weight=5, about="bot",
                         rule="offered-person"),
                Question(
                    "q12", "Was the caller spared saying again what they had told the bot?",
                    weight=6, about="agent", may_be_na=True,
                    help="Not applicable where the call did not come from the bot.",
                ),
            ),
        ),
        Section(
            "The end",
            (
                Question(
                    "q13", "Was all done that was promised: call-back, text, payment?",
                    weight=8, may_be_na=True, comment_on_fail=True, rule="kept-promises",
                ),
            ),
        ),
    ),
    13,
)  # fmt: skip
