"""The list of all public shapes: the name of the frozen file, and what reads the shape from the running code.

`make shapes` accepts what has changed; the difference is then reviewed as any other line of a commit.
"""

from tests.project.shapes import database, documents, http, operator, twiml_documents, watched, words
from tests.project.shapes.frozen import Shape

SHAPES: dict[str, Shape] = {
    "database": database.tables,
    "database-json": documents.stored,
    "outbox": documents.promised,
    "http": http.routes,
    "http-health": watched.liveness,
    "http-events": watched.live,
    "http-csv": documents.days,
    "metrics": watched.metrics,
    "logs": watched.logs,
    "settings": operator.settings,
    "command-line": operator.command_line,
    "command-line-json": documents.commands,
    "call-report": documents.report,
    "twiml": twiml_documents.elements,
    "scripts": words.scripts,
    "prompts": words.prompts,
    "vocabulary": words.vocabulary,
    "ledger-api": words.ledger,
}
