"""What scripts say beside buttons, forms and tables of the pages; each page takes what it needs."""

from flask_babel import gettext as _


def action_texts() -> dict[str, str]:
    return {**_register_texts(), **_import_texts(), **_batch_texts(), **_video_texts()}


def _register_texts() -> dict[str, str]:
    return {
        "edit": _("Edit"),
        "delete": _("Delete"),
        "create": _("Create"),
        "save": _("Save"),
        "created": _("Created: {id}."),
        "saved": _("Saved: {id}."),
        "deleted": _("Deleted: {id}."),
        "confirm_delete": _("{id}: {name} will be deleted."),
        "in_the_way": _("{one} {id} cannot be deleted, as it is in use."),
        "users": _("{many}: {count}"),
        "loading": _("Loading…"),
        "empty": _("Nothing found."),
        "shown": _("{shown} of {total}"),
        "changed_meanwhile": _("Somebody changed this row while you were editing. Now it says:"),
        "take_theirs": _("Take these values"),
        "keep_mine": _("Overwrite with mine"),
        "not_whole": _("Enter a whole number."),
        "not_number": _("Enter a number."),
        "not_date": _("Enter the whole date."),
        "yes": _("yes"),
        "no": _("no"),
        "close": _("Close"),
    }


def _import_texts() -> dict[str, str]:
    return {
        "nothing_to_send": _("Choose a file or type some text."),
        "file_too_large": _("The file has {size}; at most {most} are taken."),
        "no_reader": _("No operation reads such a file now."),
        "file_changed": _("The file has changed since it was chosen. Choose it again."),
        "checking": _("Checking: {percent} sent…"),
        "checked": _("Checked; nothing is written to the register yet."),
        "sending": _("Sending: {percent}…"),
        "being_read": _("Sent; the server reads it. Large files wait for their turn."),
        "typed": _("typed text"),
        "file": _("File"),
        "form": _("Format"),
        "encoding": _("Encoding"),
        "delimiter": _("Delimiter"),
        "columns": _("Columns"),
        "passed_over": _("Passed over"),
        "rows": _("Rows"),
        "row": _("Row"),
        "wrong": _("What is wrong"),
        "operation": _("Operation"),
        "with_mark": _("{encoding} with byte order mark"),
        "about": _("about {count}"),
        "will_be_refused": _("Rows that will be refused: {refused} of the first {read}."),
        "send": _("Send"),
        "load": _("Import"),
        "try": _("Dry run"),
        "try_again": _("Dry run again"),
        "columns_of": _("Columns: {columns}"),
        "already_sent": _("This was sent before; here is its batch."),
        "line": _("line {line}"),
        "file_line": _("file line {line}"),
        "line_and_column": _("line {line}, column {column}"),
        "more_rows": _("The first {count} are shown; the file has all."),
    }


def _batch_texts() -> dict[str, str]:
    return {
        "live": _("updates automatically"),
        "polling": _("checked every few seconds"),
        "away": _("The import service has not answered since {time}; this page keeps trying."),
        "offline": _("No connection since {time}; this page keeps trying."),
        "plot": _("Records per second, {peak} at most"),
        "in_work": _("{current} of {total} {unit}"),
        "units_per_second": _("{count} {unit}/s"),
        "cancel_title": _("Cancel this batch?"),
        "cancel_text": _("Unprocessed records will be cancelled, finished ones are kept."),
        "cancel_yes": _("Cancel batch"),
        "retry_title": _("Try again what failed?"),
        "retry_text": _("A new batch is made of the rows that failed or were cancelled; this one stays as it is."),
        "retry_yes": _("Retry"),
        "undo_title": _("Undo this import?"),
        "undo_text": _("Rows that it added are removed, except those that somebody has changed or used since."),
        "undo_yes": _("Undo"),
        "delete_title": _("Delete this batch?"),
        "delete_text": _("Its rows and results are deleted for ever. What it did to the register stays."),
        "delete_yes": _("Delete"),
    }


def _video_texts() -> dict[str, str]:
    return {
        "duration": _("Duration"),
        "frames": _("Frames"),
        "frame_rate": _("Frame rate"),
        "size": _("Size"),
        "codec": _("Codec"),
        "shots": _("Shots"),
        "shot": _("Shot {number}"),
        "start": _("Start"),
        "end": _("End"),
        "probability": _("Probability of the cut"),
        "contact_sheet": _("Contact sheet"),
        "device": _("Device"),
        "model": _("Model"),
        "decode_rate": _("Decoded"),
        "model_rate": _("Looked through"),
        "per_second": _("frames/s"),
        "no_results_yet": _("No results yet."),
        "no_results": _("No results."),
        "damaged": _("Parts of the file cannot be decoded."),
    }
