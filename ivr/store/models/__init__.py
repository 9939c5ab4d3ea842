"""The tables. SQL is the truth of every call; times are UTC, offsets are seconds from the call's start."""

from ivr.store.models.attempts import Dial, OneTimeCode, PinAttempt
from ivr.store.models.base import Base, Money, UtcDateTime
from ivr.store.models.calls import Call, Comment, Draft, Hold, Note, Recording, Turn
from ivr.store.models.corrections import Correction
from ivr.store.models.desk import Agent, Announcement, Brake, PresenceSpell
from ivr.store.models.handoffs import CallBack, Handoff, Offer
from ivr.store.models.ledger import Account, Entry, Payment
from ivr.store.models.payments import CardPayment, PaymentOrder
from ivr.store.models.people import ApiKey, CodeFactor, Passkey, PasswordLink, RecoveryCode, SignIn
from ivr.store.models.quality import CallAgent, CallFacts, CallFlag, CallIntent, CallWords, SavedSearch, TurnComparison
from ivr.store.models.scorecards import (
    AutomaticAnswer,
    Calibration,
    CalibrationSeat,
    Evaluation,
    EvaluationAnswer,
    Sample,
    SampleCall,
    Scorecard,
    ScorecardVersion,
)
from ivr.store.models.work import Audit, Lease, Outbox, SharedPart, Webhook

__all__ = [
    "Account",
    "Agent",
    "Announcement",
    "ApiKey",
    "Audit",
    "AutomaticAnswer",
    "Base",
    "Brake",
    "Calibration",
    "CalibrationSeat",
    "Call",
    "CallAgent",
    "CallBack",
    "CallFacts",
    "CallFlag",
    "CallIntent",
    "CallWords",
    "CardPayment",
    "CodeFactor",
    "Comment",
    "Correction",
    "Dial",
    "Draft",
    "Entry",
    "Evaluation",
    "EvaluationAnswer",
    "Handoff",
    "Hold",
    "Lease",
    "Money",
    "Note",
    "Offer",
    "OneTimeCode",
    "Outbox",
    "Passkey",
    "PasswordLink",
    "Payment",
    "PaymentOrder",
    "PinAttempt",
    "PresenceSpell",
    "Recording",
    "RecoveryCode",
    "Sample",
    "SampleCall",
    "SavedSearch",
    "Scorecard",
    "ScorecardVersion",
    "SharedPart",
    "SignIn",
    "Turn",
    "TurnComparison",
    "UtcDateTime",
    "Webhook",
]
