"""Logging: one line an event, and libraries kept from writing down addresses and numbers."""

import logging

CHATTY = ("alembic", "httpx", "httpcore", "twilio", "rq.worker", "faster_whisper", "uvicorn.access")


def set_up_logging(level: str) -> None:
    """To stderr at `level`; the libraries that log request bodies or every job only warn."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_named)  # a library that logs to the root logger itself does so by the hundred


def _is_named(record: logging.LogRecord) -> bool:
    return record.name != "root"
