"""Many phrases as one regular expression over normalised text."""

import re


def any_of(*phrases: str) -> re.Pattern[str]:
    """Matches where one of the phrases (regular expressions) stands as whole words."""
    return re.compile(rf"(?<![\w'])(?:{'|'.join(phrases)})(?![\w'])")
