"""Phones in browsers at Twilio: access tokens for its Voice SDK, made from an API key and a TwiML app."""

import re
from pathlib import Path

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from ivr.carrier.browser_phone import PhoneScript, PhoneToken
from ivr.carrier.twilio.account import PhoneAccount
from ivr.carrier.twilio.voice_sdk import is_installed, sdk_in

TOKEN_SECONDS = 600  # the page asks for the next one a minute before; who is signed out is not rung for longer
HEX = "[0-9a-f]{32}"


class TwilioBrowserPhone:
    """Serves `ivr.carrier.browser_phone.BrowserPhone`. `folder` is the data folder, where the SDK lies."""

    def __init__(self, account: PhoneAccount, folder: Path) -> None:
        self._account = account
        self.script: PhoneScript = sdk_in(folder)

    def lacking(self) -> list[str]:
        account = self._account
        wants = {
            "Set TWILIO_ACCOUNT_SID (AC and 32 hex digits).": re.fullmatch(f"AC{HEX}", account.sid),
            "Set TWILIO_API_KEY to an API key's SID (SK and 32 hex digits).": re.fullmatch(f"SK{HEX}", account.key),
            "Set TWILIO_API_SECRET to that key's secret.": account.secret,
            "Set TWILIO_TWIML_APP_SID to a TwiML app's SID (AP and 32 hex digits); its voice URL is "
            "PUBLIC_URL/voice/phone.": re.fullmatch(f"AP{HEX}", account.app),
            "Run `warmline setup phone`, which installs the carrier's script.": is_installed(self.script),
        }
        return [words for words, there in wants.items() if not there]

    def issue(self, name: str) -> PhoneToken:
        account = self._account
        grant = VoiceGrant(incoming_allow=True, outgoing_application_sid=account.app)
        token = AccessToken(
            account.sid, account.key, account.secret, grants=[grant], identity=name, ttl=TOKEN_SECONDS
        )  # fmt: skip
        return PhoneToken(token.to_jwt(), name, TOKEN_SECONDS)
