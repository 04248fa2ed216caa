"""What went wrong, by the code of a problem, of one of its fields or of a row; a test holds the list complete."""

from flask_babel import gettext as _

from ui.pages.identity_problem_texts import identity_problem_texts


def problem_texts() -> dict[str, str]:
    rows = {**_field_texts(), **_record_texts(), **_video_texts()}
    return {**rows, **_file_texts(), **_batch_texts(), **_call_texts(), **identity_problem_texts(), **_system_texts()}


def _field_texts() -> dict[str, str]:
    return {
        "exists": _("This ID exists already."),
        "missing_field": _("This field is required."),
        "null": _("This field must not be empty."),
        "empty": _("This field must not be empty."),
        "wrong_type": _("The value is of the wrong type."),
        "wrong_value": _("This value is not allowed."),
        "out_of_range": _("This number is too large or too small."),
        "too_long": _("This text is too long."),
        "bad_text": _("This text holds characters that are not allowed."),
        "unknown_group": _("There is no such group."),
        "ambiguous_group": _("Several groups have this name."),
        "two_references": _("What it belongs to is named twice, by ID and by name."),
        "unknown_reference": _("What it belongs to does not exist."),
        "ambiguous_reference": _("Several rows have the name of what it belongs to."),
        "not_unique": _("Another row has this value already."),
        "broken_rule": _("The row breaks a rule of its table."),
        "id_is_made": _("The ID of a new row is made by the server."),
        "unknown_field": _("There is no such field."),
        "id_differs": _("The ID cannot be changed."),
        "in_use": _("It is in use."),
        "wrong_fields": _("Some fields are wrong."),
    }


def _record_texts() -> dict[str, str]:
    return {
        "record_too_long": _("The record is too long."),
        "not_an_object": _("The record is not a JSON object."),
        "invalid_json": _("This is not valid JSON."),
        "duplicate_key": _("A key comes twice."),
        "not_a_number": _("NaN and infinity are not JSON numbers."),
        "number_too_long": _("A number is too long."),
        "too_deep": _("The JSON is nested too deeply."),
        "nul_in_text": _("A text holds the character U+0000."),
        "nul_character": _("A text holds the character U+0000."),
        "lone_surrogate": _("A text holds a damaged character."),
        "byte_order_mark": _("The text starts with a byte order mark."),
        "not_utf8": _("The text is not UTF-8."),
        "already_done": _("This row was done before; only rows that failed can be sent again."),
        "wrong_cells": _("The number of cells differs from the header."),
        "duplicate_of": _("An earlier row of the file has the same ID."),
        "worker_lost": _("The worker crashed on this record."),
        "wrong_report": _("What the worker reported of this record cannot be read."),
        "wrong_record": _("The worker does not take this record."),
        "timed_out": _("The record took too long."),
        "device_lost": _("Devices of several workers failed over this record."),
        "refused_by_catalog": _("The register refuses this row."),
        "changed": _("Somebody changed the row since; it was left."),
        "missing": _("The row is not there any more."),
        "atomic": _("Another row failed, so nothing was written."),
    }


def _file_texts() -> dict[str, str]:
    return {
        "wrong_encoding": _("The file holds bytes that do not belong to its encoding."),
        "ambiguous_encoding": _("The encoding of the file cannot be told for sure. Choose it yourself."),
        "spreadsheet": _("This is a workbook, not a table. Save its sheet as CSV: File, Save As, CSV UTF-8."),
        "archive": _("This is an archive; unpack it and send the file that is in it."),
        "broken_gzip": _("The compressed file is damaged or cut short."),
        "unnamed_column": _("The row has a cell in a column that the first line does not name."),
        "unknown_column": _("The file has a column that this operation does not know."),
        "repeated_column": _("A column comes twice."),
        "missing_column": _("The first line must name the columns, and a required one is missing."),
        "invalid_csv": _("The CSV cannot be read, as with a quote that is never closed."),
        "csv_row_too_long": _("A row of the CSV is too long, as with a quote that is never closed."),
        "json_too_large": _("The JSON is too large to be read whole; send it as NDJSON."),
        "too_many_values": _("The JSON holds too many values; send it as NDJSON."),
        "records_missing": _("The JSON holds no list of records."),
        "wrong_body": _("The content is not of the expected format."),
        "empty_upload": _("The file is empty."),
        "range_not_satisfiable": _("The file has no such part."),
        "empty_batch": _("There is no record to import."),
        "empty_records": _("There is no record to import."),
        "wrong_records": _("The records cannot be read."),
        "too_large": _("Too much data."),
        "too_many_rows": _("These are too many records."),
        "too_many_refused": _("Too many rows are wrong, so nothing of the file was taken."),
        "unsupported_media_type": _("Files of this format cannot be imported."),
        "one_file": _("Exactly one file is expected."),
        "invalid_form": _("The form with the file is cut short or broken."),
        "form_too_large": _("The form holds too many parts, or a part whose head is too long."),
    }


def _video_texts() -> dict[str, str]:
    return {
        "bad_name": _("The file name is not allowed."),
        "unreadable": _("The file cannot be read."),
        "no_frames": _("The video has no frames."),
        "not_a_video": _("The file is not a video."),
        "no_video_stream": _("The file has no video stream."),
        "media_unavailable": _("The folder of videos and pictures cannot be used now."),
        "not_a_picture": _("The content is not a picture."),
        "too_many": _("These are too many pictures for one record."),
        "no_model": _("No model for shots is installed."),
    }


def _batch_texts() -> dict[str, str]:
    return {
        "batch_expired": _("The rows and results of this batch were deleted."),
        "not_finished": _("The batch is not finished yet."),
        "nothing_failed": _("Nothing of this batch failed that could be tried again."),
        "nothing_created": _("The batch added nothing that could be undone."),
        "no_load": _("Only an import into the register can be undone."),
        "idempotency_key_reused": _("The same key was used for other content."),
        "too_much_open": _("Too much work is queued already; try again later."),
        "source_has_too_much_open": _("This source has too much work waiting already; try again later."),
        "unknown_operation": _("There is no such operation."),
        "wrong_queue": _("The operation does not run on this queue."),
        "wrong_option": _("The operation has no such option."),
        "no_local_function": _("This operation needs a worker."),
        "eager_failure": _("The operation failed."),
    }


ODD_REQUESTS = (
    "bad_request", "bad_path", "bad_query", "bad_request_target", "bad_content_length", "length_required",
    "unsupported_content_encoding", "method_not_allowed", "bad_columns", "bad_cursor", "bad_idempotency_key",
    "repeated_parameter", "wrong_body", "actor_refused", "undeclared_call",
    "unknown_parameter", "unknown_value", "needs_limit", "items_missing", "wrong_item",
)  # fmt: skip


def _call_texts() -> dict[str, str]:
    """What the pages themselves never send has one text for all."""
    return {
        **dict.fromkeys(ODD_REQUESTS, _("The request is not as it should be.")),
        "not_found": _("Not found; it may have been deleted."),
        "precondition_failed": _("Somebody changed it in between."),
        "incomplete_body": _("The content did not arrive whole; send it again."),
        "body_too_slow": _("The content arrives too slowly."),
        "too_many_items": _("These are too many records."),
        "unknown_host": _("The server is not to be reached by this address."),
        "bad_host": _("The server is not to be reached by this address."),
        "needs_postgresql": _("This needs PostgreSQL."),
    }


def _system_texts() -> dict[str, str]:
    return {
        "cross_site": _("The request came from another site."),
        "unavailable": _("The service is not available now."),
        "too_many_connections": _("Too many people use the server at once; try again."),
        "too_many_bodies": _("Too many files are being sent at once; try again."),
        "too_many_streams": _("Too many pages with automatic updates are open."),
        "disk_low": _("The server's disk is nearly full."),
        "database_full": _("The database's disk is full."),
        "database_unavailable": _("The database does not answer."),
        "database_busy": _("The database is busy; try again."),
        "search_too_slow": _("The search took too long; search for a longer text."),
        "catalog_unavailable": _("The register does not answer."),
        "queue_full": _("Too much work is queued already; try again later."),
        "tasks_unavailable": _("Tasks are not taken now; try again later."),
        "result_gone": _("The result of this task is not kept any more."),
        "results_unavailable": _("The results of tasks are not available now."),
        "upstream_unreachable": _("The service does not answer. The other pages still work."),
        "upstream_timeout": _("The service did not answer in time."),
        "upstream_busy": _("The service is busy; try again."),
        "bad_upstream_answer": _("The service did not finish its answer."),
        "internal_error": _("An unexpected error; the log has it."),
        "network": _("The server cannot be reached."),
    }
