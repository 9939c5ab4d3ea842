"""What is needed to ask Twilio for anything: whose account it is, and by which number the line is called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """`number` in E.164. `base_url` is where the REST API is, if not at Twilio.

    `login`: an API key and its secret, if not the account's own. `texts_url` is told what becomes of texts.
    """

    sid: str
    token: str
    number: str = ""
    base_url: str = ""
    login: tuple[str, str] | None = None
    texts_url: str = ""


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """What tokens for phones in browsers are made from.

    `key` and `secret` are an API key's ("SK..."), `app` is the TwiML app's SID ("AP...").
    """

    sid: str
    key: str
    secret: str
    app: str
