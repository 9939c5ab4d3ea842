"""Figures for a waiting caller's ear, in each language: how long, which place, when we open."""

from datetime import date, datetime
from typing import Protocol

from num2words import num2words


class Locale(Protocol):
    """What differs from language to language beyond the words themselves."""

    later: str
    this_phone: str

    def minutes(self, count: int) -> str:
        """About so many minutes."""
        ...

    def place(self, position: int) -> str: ...

    def opening(self, local: datetime, today: date) -> str:
        """The day and the hour: "tomorrow at 8 AM"."""
        ...


class English:
    later = "later"
    this_phone = "the phone that you are calling from"

    def minutes(self, count: int) -> str:
        return "about a minute" if count == 1 else f"about {count} minutes"

    def place(self, position: int) -> str:
        return str(position)

    def opening(self, local: datetime, today: date) -> str:
        days = (local.date() - today).days
        named = f"on {local:%A}" if days < 7 else f"on {local:%A, %B} {local.day}"
        minutes = f":{local.minute:02d}" if local.minute else ""
        half = "AM" if local.hour < 12 else "PM"
        day = {0: "today", 1: "tomorrow"}.get(days, named)
        return f"{day} at {local.hour % 12 or 12}{minutes} {half}"


class Spanish:
    later = "más tarde"
    this_phone = "teléfono desde el que llama"

    def minutes(self, count: int) -> str:
        return f"más o menos {_before_noun(count)} {'minuto' if count == 1 else 'minutos'}"

    def place(self, position: int) -> str:
        return _number(position)

    def opening(self, local: datetime, today: date) -> str:
        days = (local.date() - today).days
        named = f"el {_DAYS[local.weekday()]}"
        if days > 6:
            named += f" {_first(local.day)} de {_MONTHS[local.month - 1]}"
        day = {0: "hoy", 1: "mañana"}.get(days, named)
        return f"{day} {_hour(local)}"


_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_MINUTES = {0: "", 15: " y cuarto", 30: " y media"}


def _number(value: int) -> str:
    return str(num2words(value, lang="es"))


def _before_noun(value: int) -> str:
    """ "uno" before a masculine noun: un minuto, veintiún minutos, treinta y un minutos."""
    words = _number(value)
    return f"{words[:-3]}{'ún' if words.endswith('veintiuno') else 'un'}" if words.endswith("uno") else words


def _first(day: int) -> str:
    return "primero" if day == 1 else _number(day)


def _hour(local: datetime) -> str:
    """ "a la una y media de la tarde", "a las ocho de la mañana"."""
    hour = local.hour % 12 or 12
    article = "a la una" if hour == 1 else f"a las {_number(hour)}"
    minutes = _MINUTES.get(local.minute, f" y {_number(local.minute)}")
    return f"{article}{minutes} {_part_of_day(local)}"


def _part_of_day(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "del mediodía"
    parts = ((1, "de la noche"), (6, "de la madrugada"), (12, "de la mañana"), (20, "de la tarde"), (24, "de la noche"))
    return next(part for before, part in parts if local.hour < before)


LOCALES: dict[str, Locale] = {"en": English(), "es": Spanish()}
