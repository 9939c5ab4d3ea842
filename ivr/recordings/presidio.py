"""Microsoft's Presidio as one more searcher of texts, with a spaCy model that the operator has installed.

    https://microsoft.github.io/presidio/

What it finds is taken out besides what `ivr.redaction` finds. It is asked for nothing that needs the network.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ivr.redaction import Personal, SecretKind, Span

SURE: Final = 0.4  # Presidio's score: below stand plain numbers that might be anything
SECRETS: Final[dict[str, SecretKind]] = {
    "CREDIT_CARD": "card",
    "US_SSN": "id",
    "US_ITIN": "id",
    "US_PASSPORT": "id",
    "US_DRIVER_LICENSE": "id",
    "UK_NHS": "id",
    "UK_NINO": "id",
}
PEOPLE: Final[dict[str, SecretKind]] = {"PERSON": "name"}
PLACES: Final[dict[str, SecretKind]] = {"LOCATION": "address"}


class PresidioMissingError(RuntimeError):
    """Presidio, or the spaCy model that the settings name, is not installed; the message says how to mend it."""


class PresidioFinder:
    """Finds secrets, and names and addresses where `personal` wants them gone. The model is loaded when first asked.

    Calling it raises PresidioMissingError.
    """

    def __init__(self, model: str, personal: Personal) -> None:
        self._model = model
        self._kinds = SECRETS | (PEOPLE if personal.names else {}) | (PLACES if personal.addresses else {})

    def load(self) -> None:
        """Raises PresidioMissingError, and not only when a job first asks."""
        self("")

    def __call__(self, text: str) -> list[Span]:
        found = self._analyzer.analyze(text, language="en", entities=self._entities, score_threshold=SURE)
        return [Span(one.start, one.end, self._kinds[one.entity_type]) for one in found]

    @cached_property
    def _entities(self) -> list[str]:
        return sorted(self._kinds.keys() & set(self._analyzer.get_supported_entities("en")))

    @cached_property
    def _analyzer(self) -> Any:
        try:
            import spacy
            from presidio_analyzer import AnalyzerEngine
            from presidio_analyzer.nlp_engine import NlpEngineProvider
        except ImportError as missing:
            raise PresidioMissingError(
                "WARMLINE_PRESIDIO_MODEL is set, but Presidio is not installed: pip install 'warmline[presidio]'"
            ) from missing
        models = [{"lang_code": "en", "model_name": self._model}]
        provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
        try:
            if not spacy.util.is_package(self._model) and not Path(self._model).is_dir():
                raise OSError  # Presidio would try to download it
            engine = provider.create_engine()
        except OSError as missing:
            raise PresidioMissingError(
                f"WARMLINE_PRESIDIO_MODEL: there is no spaCy model {self._model!r} here: "
                f"python -m spacy download {self._model}, or name the folder of one"
            ) from missing
        return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
