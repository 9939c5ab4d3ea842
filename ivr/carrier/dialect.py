"""How one carrier speaks with our webhooks: signed requests, form fields in, documents out."""

from dataclasses import dataclass

from ivr.carrier.callbacks import Callbacks
from ivr.carrier.documents import Documents
from ivr.carrier.signatures import Signatures


@dataclass(frozen=True)
class Dialect:
    """All that a webhook needs to know of the carrier that asks it."""

    signatures: Signatures
    callbacks: Callbacks
    documents: Documents
    content_type: str  # of the documents
