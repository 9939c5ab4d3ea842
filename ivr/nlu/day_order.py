"""Whether a country writes the day before the month: 5/4 as the fifth of April."""

from babel import Locale, UnknownLocaleError


def day_first(country: str) -> bool:
    """`country` as its ISO code; one that is not known writes as most do, the day first."""
    try:
        pattern = str(Locale.parse(f"und_{country.upper()}").date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return True
    return pattern.index("d") < pattern.index("M")
