"""Texts that depend on codes, and those that scripts need; all are translated when a page is rendered."""

from flask_babel import gettext as _


def state_texts() -> dict[str, str]:
    return {
        "queued": _("queued"),
        "waiting_for_worker": _("waits for a worker"),
        "running": _("running"),
        "cancelled": _("cancelled"),
        "done": _("done"),
        "done_with_errors": _("done with errors"),
    }


def outcome_texts() -> dict[str, str]:
    return {"ok": _("Done"), "failed": _("Failed"), "refused": _("Refused")}


def problem_texts() -> dict[str, str]:
    """What went wrong, by the code of a problem, of one of its fields or of a row."""
    return {**_field_texts(), **_record_texts(), **_system_texts()}


def _field_texts() -> dict[str, str]:
    return {
        "exists": _("This ID exists already."),
        "missing_field": _("This field is required."),
        "null": _("This field must not be empty."),
        "wrong_type": _("This value is of the wrong kind."),
        "wrong_value": _("This value is not allowed."),
        "out_of_range": _("This number is too large or too small."),
        "too_long": _("This text is too long."),
        "bad_text": _("This text holds characters that are not allowed."),
        "unknown_group": _("There is no such group."),
        "unknown_field": _("There is no such field."),
        "id_differs": _("The ID cannot be changed."),
        "in_use": _("It is still in use."),
        "wrong_fields": _("Some fields are wrong."),
    }


def _record_texts() -> dict[str, str]:
    return {
        "record_too_long": _("The record is too long."),
        "invalid_record": _("The record cannot be read."),
        "not_an_object": _("The record is no JSON object."),
        "invalid_json": _("This is no valid JSON."),
        "duplicate_key": _("A key comes twice."),
        "not_a_number": _("NaN and infinity are no JSON numbers."),
        "number_too_long": _("A number is too long."),
        "too_deep": _("The JSON is nested too deeply."),
        "nul_in_text": _("A text holds the character U+0000."),
        "lone_surrogate": _("A text holds half of a character."),
        "byte_order_mark": _("The text starts with a byte order mark."),
        "not_utf8": _("The text is not UTF-8."),
        "worker_lost": _("The worker died over this record."),
        "timed_out": _("The record took too long."),
        "bad_name": _("The file name is not allowed."),
        "unreadable": _("The file cannot be read."),
        "no_frames": _("The video has no frames."),
        "not_a_video": _("The file is no video."),
        "no_video_stream": _("The file has no video stream."),
    }


def _system_texts() -> dict[str, str]:
    return {
        "not_found": _("It is not there (any more)."),
        "precondition_failed": _("Somebody changed it in between."),
        "empty_batch": _("There is no record to import."),
        "empty_records": _("There is no record to import."),
        "wrong_records": _("The records cannot be read."),
        "too_large": _("This is too large."),
        "too_many_rows": _("These are too many records."),
        "unsupported_media_type": _("This kind of file cannot be imported."),
        "cross_site": _("The request came from another site."),
        "unavailable": _("This part is not available now."),
        "too_many_streams": _("Too many pages watch at once."),
        "database_unavailable": _("The database does not answer."),
        "database_busy": _("The database is busy; try again."),
        "upstream_unreachable": _("The service does not answer. The other pages still work."),
        "upstream_timeout": _("The service did not answer in time."),
        "upstream_busy": _("The service is busy; try again."),
        "bad_upstream_answer": _("The service broke off its answer."),
        "internal_error": _("An unexpected error; the log has it."),
        "network": _("The server cannot be reached."),
    }


def _action_texts() -> dict[str, str]:
    return {
        "edit": _("Edit"),
        "delete": _("Delete"),
        "create": _("Create"),
        "save": _("Save"),
        "editing": _("Editing {id}"),
        "created": _("Created: {id}."),
        "saved": _("Saved: {id}."),
        "deleted": _("Deleted: {id}."),
        "confirm_delete": _("{id}: {name} will be deleted."),
        "in_the_way": _("Group {id} cannot be deleted: types use it ({count})."),
        "loading": _("Loading…"),
        "empty": _("Nothing found."),
        "shown": _("{shown} of {total}"),
        "changed_meanwhile": _("Somebody changed this row while you were editing. Now it says:"),
        "take_theirs": _("Take these values"),
        "keep_mine": _("Keep mine, to save again"),
        "nothing_to_send": _("Choose a file or type some text."),
        "sending": _("Sending…"),
        "live": _("live"),
        "polling": _("asking again every few seconds"),
        "away": _("The importer does not answer; this page keeps trying."),
        "more_rows": _("The first {count} are shown; the file has all."),
        "none": _("None."),
        "plot": _("Records per second over time, at most {peak}"),
        "not_whole": _("Enter a whole number."),
    }


def script_texts() -> dict[str, dict[str, str]]:
    return {
        "state": state_texts(),
        "outcome": outcome_texts(),
        "problem": problem_texts(),
        "action": _action_texts(),
    }
