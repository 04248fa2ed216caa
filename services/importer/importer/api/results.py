"""``GET /batches/<id>/results``: one line per record."""

import json
from functools import partial

from flask import Response, request

from importer.batches.answers import OutcomeLine
from importer.batches.file_options import delimiter_argument, delimiter_parameter
from importer.batches.result_csv import csv_headers, csv_results
from importer.batches.result_range import ndjson_answer
from importer.batches.view import BATCH_ID, existing_batch, operation_of_results
from importer.ledger.results import OUTCOMES, results
from importer.parsing.formats import CSV, NDJSON
from importer.services import services
from stackroom_kit.api import Answer, Api, Parameter
from stackroom_kit.arguments import choice_argument, choice_parameter
from stackroom_kit.problems import RANGE_NOT_SATISFIABLE

FORMATS = ("ndjson", "csv")
SELECTION = (
    choice_parameter("format", "The form of the lines.", "ndjson", FORMATS),
    delimiter_parameter("Of a CSV.", ","),
    choice_parameter("outcome", "Only lines with this outcome.", None, OUTCOMES),
    Parameter(
        "Range",
        {"type": "string"},
        "`bytes=n-`: the NDJSON of a finished batch from this byte on; any other range counts for nothing.",
        "header",
    ),
    Parameter(
        "If-Range", {"type": "string"}, "The ETag of what was begun: else, or if it changed, the whole.", "header"
    ),
)
RANGED = {
    "ETag": "Strong; of the NDJSON of a finished batch alone.",
    "Accept-Ranges": "`bytes`, where there is an ETag.",
}
ALL_LINES = Answer(
    "One line per record.",
    {NDJSON: OutcomeLine, CSV: {"type": "string"}},
    {"Cache-Control": "`no-store`: there may be more lines the next time."},
    {"Content-Disposition": "A name for the CSV.", **RANGED},
)
REST_OF_LINES = Answer(
    "The lines from that byte on.",
    {NDJSON: {"type": "string"}},
    {"Cache-Control": "`no-store`", "Content-Range": "Which bytes of how many.", **RANGED},
)

api = Api("results", __name__, "/api/importer/batches", tag="batches", path_parameters=(BATCH_ID,))


@api.call(
    "GET",
    "/<batch_id>/results",
    right="reader",
    parameters=SELECTION,
    answers={200: ALL_LINES, 206: REST_OF_LINES},
    problems=(RANGE_NOT_SATISFIABLE,),
)
def read_results(batch_id: str) -> Response:
    """Outcomes in input order.

    Of what is done so far; of a finished batch, from a byte on where that is asked for.
    """
    is_csv = choice_argument("format", "ndjson", FORMATS) == "csv"
    outcome, delimiter = choice_argument("outcome", None, OUTCOMES), delimiter_argument() or ","
    row = existing_batch(services().engine, batch_id)
    lines = partial(results, services().engine, batch_id, outcome)
    if not is_csv:
        return ndjson_answer(request, row, outcome, lines)
    headers = csv_headers(batch_id, bool(json.loads(row.options).get("dry_run")), outcome)
    return Response(csv_results(lines, operation_of_results(row), delimiter), content_type=CSV, headers=headers)
