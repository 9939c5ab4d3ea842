"""A list of calls as a file to keep."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from ivr.quality.search.exporting import FORMATS, NoParquetError, rows, written
from ivr.store.models import Audit
from ivr.web.pages.context import PageContext
from ivr.web.pages.quality.lists import filters_in, query_of
from ivr.web.pages.reading_audit import filters_noted
from ivr.web.pages.signed_in import me

KINDS = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}


def add_export(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/export`, of the list with the same filters; noted before the first byte is sent."""

    @blueprint.get("/export")
    def export() -> ResponseReturnValue:
        format_, query = request.args.get("format", "csv"), query_of(request.args.items(multi=True))
        if format_ not in FORMATS:
            abort(400, f"format={format_!r} is none of {', '.join(FORMATS)}.")
        try:
            pieces = written(format_, rows(context.sessions, filters_in(context, query)))  # type: ignore[arg-type]
        except NoParquetError as error:
            abort(501, str(error))
        now = context.clock.now()
        with context.sessions.begin() as tx:
            detail = {"format": format_, "query": urlencode(filters_noted(dict(parse_qsl(query))))}
            tx.add(Audit(at=now, actor=me().email, action="export", subject="calls", detail=detail))
        head = {"Content-Disposition": f"attachment; filename=calls-{now:%Y-%m-%d}.{format_}"}
        return Response(pieces, mimetype=KINDS[format_], headers=head)
