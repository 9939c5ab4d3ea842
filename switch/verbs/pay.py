"""Pay: the caller keys a card in, a scripted connector charges it, and the customer's server sees it masked."""

import asyncio
import xml.etree.ElementTree as ET
from secrets import randbelow

from switch import card
from switch.document import flag, number
from switch.interpreter import Interpreter
from switch.sids import now
from switch.verbs.keyed_input import PROMPTS, prompt_for_keys
from switch.webhooks import Request

_PROMPTED_AS = {"input-timeout": "timeout"}  # an error's name in callbacks, and in prompts


class _EntryEndedError(Exception):
    """The entry ends with this Result."""


async def pay(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    """Ask for each field, charge, and go to the action with a Result; also when the caller hangs up."""
    entry = _Entry(interpreter, verb)
    interpreter.action_on_hang_up = lambda: interpreter.action(verb, entry.params("caller-hung-up"), always=True)
    interpreter.leg.on_dtmf.append(entry.pressed.put_nowait)
    try:
        params = await entry.run()
    finally:
        interpreter.leg.on_dtmf.remove(entry.pressed.put_nowait)
    return interpreter.action(verb, params, always=True)


class _Entry:
    """One run of Pay. Keys pressed early count for the field that comes next."""

    def __init__(self, interpreter: Interpreter, verb: ET.Element) -> None:
        self._interpreter = interpreter
        self._verb = verb
        self._timeout = number(verb.get("timeout"), 5)
        self._attempts = min(max(int(number(verb.get("maxAttempts"), 1)), 1), 3)
        self._keyed: dict[str, str] = {}
        self.pressed: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> dict[str, str]:
        try:
            for field in self._fields():
                await self._take(field)
            return await self._charge()
        except _EntryEndedError as ended:
            return self.params(str(ended))

    def params(self, result: str) -> dict[str, str]:
        """The action's parameters, card data masked."""
        return {"Result": result, "PaymentMethod": "credit-card", **card.masked(self._keyed)}

    def _fields(self) -> list[str]:
        known = self._verb.get("postalCode", "true")
        if known not in ("true", "false"):
            self._keyed[card.POSTAL] = known
        asked = {card.CODE: flag(self._verb.get("securityCode"), True), card.POSTAL: known == "true"}
        return [name for name in card.FIELDS if asked.get(name, True)]

    async def _take(self, field: str) -> None:
        """Ask for a field until it is right. Raises _EntryEndedError after the last attempt, or at a star."""
        error = ""
        for attempt in range(1, self._attempts + 1):
            self._report(field, attempt, error)
            keys = await self._ask(field, attempt, error)
            error = self._error_of(field, keys)
            if not error:
                self._keyed[field] = keys
                return
        self._report(field, self._attempts, error)
        raise _EntryEndedError("too-many-failed-attempts")

    def _error_of(self, field: str, keys: str) -> str:
        if not keys:
            return "input-timeout"
        kinds = frozenset(self._verb.get("validCardTypes", "visa mastercard amex").split())
        shortest = int(number(self._verb.get("minPostalCodeLength"), 0))
        return card.error_of(field, keys, self._keyed.get(card.NUMBER, ""), kinds, now().date(), shortest)

    async def _ask(self, field: str, attempt: int, error: str) -> str:
        return await prompt_for_keys(
            self._interpreter,
            self._prompt(field, attempt, error),
            self.pressed,
            timeout=self._timeout,
            finish="#",
            complete=lambda keys: self._is_complete(field, keys),
        )

    def _is_complete(self, field: str, keys: str) -> bool:
        """Whether no more keys are needed. Raises _EntryEndedError at a star."""
        if keys.endswith("*"):
            raise _EntryEndedError("caller-interrupted-with-star")
        return len(keys) == card.length(field, keys if field == card.NUMBER else self._keyed[card.NUMBER])

    def _prompt(self, field: str, attempt: int, error: str) -> list[ET.Element]:
        """What the document wants said here, else the switch's own words."""
        spoken = ET.Element("Say")
        spoken.text = card.FIELDS[field].prompt if field in card.FIELDS else "Thank you. One moment."
        for prompt in self._verb.findall("Prompt"):
            attempts, errors = prompt.get("attempt", "").split(), prompt.get("errorType", "").split()
            fits = prompt.get("for") == field and (not attempts or str(attempt) in attempts)
            if fits and (not errors or _PROMPTED_AS.get(error, error) in errors):
                return [child for child in prompt if child.tag in PROMPTS]
        return [spoken]

    async def _charge(self) -> dict[str, str]:
        """The connector's answer: one card is always declined, any other is charged, or kept as a token."""
        self._report("payment-processing", 1, "")
        await self._interpreter.perform(self._prompt("payment-processing", 1, ""))
        if self._keyed[card.NUMBER] == card.DECLINED:
            told = {"PaymentError": "The card was declined.", "ConnectorError": "card_declined"}
            return {**self.params("payment-connector-error"), **told}
        name = "PaymentConfirmationCode" if number(self._verb.get("chargeAmount"), 0) > 0 else "PaymentToken"
        return {**self.params("success"), name: f"{randbelow(10**8):08d}"}

    def _report(self, field: str, attempt: int, error: str) -> None:
        url = self._verb.get("statusCallback")
        if not url:
            return
        exchange, leg = self._interpreter.exchange, self._interpreter.leg
        params = leg.params() | {"For": field, "Attempt": str(attempt)} | card.masked(self._keyed)
        params |= {"ErrorType": error} if error else {}
        method = self._verb.get("statusCallbackMethod", "POST")
        exchange.spawn(exchange.webhooks.notify(self._interpreter.resolve(url), method, params))
