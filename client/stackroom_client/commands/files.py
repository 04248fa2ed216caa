"""``preview`` and ``upload``: a file is looked at, or kept, and no batch is made."""

import argparse

from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, UsageError
from stackroom_client.preview import checked, preview_report
from stackroom_client.source import Source, media_type, opened
from stackroom_client.upload import BODY, FILE_OPTIONS, MEDIA, check_size, send

OPTIONS = ("operation", "queue", *FILE_OPTIONS)


def preview_file(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """Nothing is written; the exit code says whether a row that was read would be refused."""
    kind = media_type(arguments.file, arguments.format)
    query = {name: value for name in OPTIONS if (value := getattr(arguments, name)) is not None}
    with opened(arguments.file) as source:
        check_size(context, source, BODY)
        found = checked(send(context, source, "/api/importer/preview", {"Content-Type": kind}, query))
    if context.as_json:
        context.terminal.out_json(found)
    else:
        context.terminal.out(preview_report(source.name, found))
    return ExitCode.WITH_ERRORS if found["refused"] else ExitCode.DONE


def upload_file(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """The name that records have to give; the same bytes have the same one."""
    with opened(arguments.file) as source:
        stored = upload(context, source)
    if context.as_json:
        context.terminal.out_json(stored)
    else:
        context.terminal.out(stored["name"])
    return ExitCode.DONE


def upload(context: Context, source: Source) -> dict[str, str]:
    """Safe to repeat: it stays one upload. UsageError for an answer that names none."""
    check_size(context, source, MEDIA)
    answer = send(context, source, "/api/importer/media", {"Content-Type": "application/octet-stream"})
    if not isinstance(answer, dict) or not isinstance(answer.get("name"), str):
        raise UsageError("the answer names no upload: is that a Stackroom server?")
    if not answer.get("created", True):
        context.terminal.say("the server had these bytes already")
    return answer
