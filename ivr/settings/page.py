"""The page of settings, `docs/configuration.md`, from the settings' own descriptions."""

from pydantic import SecretStr

from ivr.settings.fields import Fields

INTRODUCTION = """\
# Configuration

Settings come from the environment, or from a file `.env` in the folder where `warmline` is started. Nothing needs to
be set for `make demo`. `warmline doctor` checks what is set and says what to mend. This page is written by `warmline
settings --write`.
"""
SECTIONS = {  # each begins with the field that is named
    "twilio_account_sid": "The carrier",
    "data_dir": "Storage",
    "secret_key": "Web",
    "oidc_issuer": "People",
    "drain_seconds": "Speech",
    "ledger_url": "The ledger",
    "country": "Whom the line calls and texts",
    "company": "The line",
}
NOTES = {
    "Whom the line calls and texts": """\
Every number that the line calls or texts, for a call-back, a transfer, a receipt, a code or an agent's text, goes
through this. Premium, shared-cost, personal and satellite numbers are never called unless they stand in
`WARMLINE_DIAL_ALSO`.
""",
}
HEAD = "| setting | default | what it is |\n| --- | --- | --- |"


def settings_page() -> str:
    """The whole page as Markdown."""
    lines = [INTRODUCTION.rstrip()]
    for name in Fields.model_fields:
        if title := SECTIONS.get(name):
            lines += [f"\n## {title}\n", *([NOTES[title]] if title in NOTES else []), HEAD]
        lines.append(_row(name))
    return "\n".join(lines) + "\n"


def _row(name: str) -> str:
    field = Fields.model_fields[name]
    extra = field.json_schema_extra
    shown = extra.get("shown") if isinstance(extra, dict) else None
    default = f" {shown if shown is not None else _default(field.default)}".rstrip()
    return f"| `{field.validation_alias}` |{default} | {field.description} |"


def _default(value: object) -> str:
    if isinstance(value, SecretStr) or value == "":
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
