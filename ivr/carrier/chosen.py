"""Which carrier the line runs on: beside the settings that hold its account, the only module that names one."""

from collections.abc import Mapping
from pathlib import Path

from ivr.carrier.browser_phone import BrowserPhone
from ivr.carrier.dialect import Dialect
from ivr.carrier.port import LineCarrier
from ivr.carrier.twilio.account import PhoneAccount, TwilioAccount
from ivr.carrier.twilio.browser_phone import TwilioBrowserPhone
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.carrier.twilio.voice_sdk import SdkError, install_sdk
from ivr.dialling.policy import DialPolicy

__all__ = ["SdkError", "install_phone_script", "make_browser_phone", "make_carrier", "make_dialect", "phone_app_url"]


def make_carrier(account: TwilioAccount, policy: DialPolicy) -> LineCarrier:
    """The carrier by REST; nothing that `policy` refuses is called or texted."""
    return TwilioCarrier(account, policy=policy)


def make_browser_phone(account: PhoneAccount, folder: Path) -> BrowserPhone:
    """Agents' phones in their browsers; `folder` is the data folder."""
    return TwilioBrowserPhone(account, folder)


def phone_app_url(account: TwilioAccount, app: str) -> str | None:
    """Where the carrier takes what browsers call, by its settings for `app`; None: it has none. Raises CarrierError."""
    return TwilioCarrier(account).app_voice_url(app)


def install_phone_script(folder: Path, package: Path | None = None) -> Path:
    """Put the script of `make_browser_phone` into the data folder; where it is. Raises SdkError."""
    return install_sdk(folder, package)


def make_dialect(token: str, public_url: str, media_url: str, secondary: str, keys: Mapping[str, str]) -> Dialect:
    """The carrier by webhook, signed with `token`, `secondary` or one of `keys`. Raises MissingSecretError."""
    return twilio_dialect(TwilioSignatures(token, public_url, media_url, secondary, keys))
