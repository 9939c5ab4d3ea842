"""What a caller who waits is told, in their language: honest, short, and never a time that is not known."""

from ivr.dialling.phone_numbers import spoken
from ivr.dialogue.prompts import LINES, LOCALES


class Announcements:
    """The line's sentences in one language; English where there are none in it."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LINES else "en"
        self._line, self._locale = LINES[self.language], LOCALES[self.language]

    def line(self, name: str) -> str:
        """A sentence without figures. Raises KeyError."""
        return self._line[name]

    def news(self, position: int, wait: float | None) -> str:
        """`wait` in seconds, the median of the last hour; None is not spoken of."""
        place = "queue.next" if position == 1 else "queue.place"
        parts = [self._line[place].format(place=self._locale.place(position))]
        if wait is not None:
            parts.append(self._line["queue.wait"].format(wait=self.duration(wait)))
        return " ".join([*parts, self._line["queue.zero"]])

    def duration(self, seconds: float) -> str:
        """In whole minutes, rather more than less."""
        return self._locale.minutes(max(1, -int(-seconds // 60)))

    def offers(self, opens: str | None) -> str:
        """`opens`: when the desk opens, where it is closed."""
        why = self._line["offers.closed"].format(opens=opens) if opens else self._line["offers.busy"]
        return f"{why} {self._line['offers.choice']}"

    def call_back_at(self, number: str) -> str:
        return f"{self._line['call_back.own'].format(number=self._number(number))} {self._line['call_back.own_choice']}"

    def confirm(self, number: str) -> str:
        return self._line["call_back.confirm"].format(number=self._number(number))

    def booked(self, opens: str | None) -> str:
        return self._line["call_back.booked_closed" if opens else "call_back.booked"].format(opens=opens)

    def calling_back(self, company: str) -> str:
        return self._line["call_back.hello_from" if company else "call_back.hello"].format(company=company)

    def _number(self, number: str) -> str:
        return spoken(number) or self._locale.this_phone
