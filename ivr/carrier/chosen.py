"""Which carrier the line runs on: beside the settings that hold its account, the only module that names one."""

from collections.abc import Mapping

from ivr.carrier.dialect import Dialect
from ivr.carrier.port import LineCarrier
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.dialling.policy import DialPolicy


def make_carrier(account: TwilioAccount, policy: DialPolicy) -> LineCarrier:
    """The carrier by REST; nothing that `policy` refuses is called or texted."""
    return TwilioCarrier(account, policy=policy)


def make_dialect(token: str, public_url: str, media_url: str, secondary: str, keys: Mapping[str, str]) -> Dialect:
    """The carrier by webhook, signed with `token`, `secondary` or one of `keys`. Raises MissingSecretError."""
    return twilio_dialect(TwilioSignatures(token, public_url, media_url, secondary, keys))
