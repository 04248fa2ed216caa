"""Cases of what an operation says of itself."""

import msgspec
from msgspec import ValidationError

from stackroom_jobs.conformance.samples import edge_records, plain_record, wrong_records
from stackroom_jobs.conformance.subject import Subject
from stackroom_jobs.description import Description, task_name_of
from stackroom_jobs.operation import Operation
from stackroom_kit.schema import Schema


def description_comes_through(subject: Subject) -> None:
    described = subject.operation.description
    try:
        come = msgspec.json.decode(msgspec.json.encode(described), type=Description)
    except ValidationError as error:
        subject.fail(f"the importer would refuse its description: {error}")
    subject.need(come == described, "its description is another one after its way as JSON")


def task_has_its_name(subject: Subject) -> None:
    name = task_name_of(subject.operation.name)
    subject.need(subject.operation.task_name == name, f"its Celery task must be named {name}")


def texts_for_people_are_one_line(subject: Subject) -> None:
    """They are headings, choices and what stands behind a number."""
    described = subject.operation.description
    for what, text in (("title", described.title), ("unit", described.unit)):
        subject.need(text.isprintable() and text == text.strip(), f"its {what} {text!r} must be one line without edges")


def schemas_are_the_structs(subject: Subject) -> None:
    """The worker decodes by the structs, the importer checks by the schemas."""
    one = subject.operation
    for struct, schema in ((one.record, one.description.record), (one.result, one.description.result)):
        if not subject.takes_every_object:
            own = Schema.of_struct(struct).to_json()
            subject.need(own == schema, f"make its schema from {struct.__name__}, as @operation does")


def worker_takes_what_the_importer_takes(subject: Subject) -> None:
    """Else such a row is accepted, and fails later."""
    at_importer = Operation.of_description(subject.operation.description).record
    for written in (plain_record(subject.record_schema), *edge_records(subject.record_schema)):
        data = msgspec.json.encode(written)
        msgspec.json.decode(data, type=at_importer)
        try:
            msgspec.json.decode(data, type=subject.operation.record)
        except ValidationError as error:
            subject.fail(f"its struct refuses what its schema allows ({error}): say it by msgspec.Meta, not by code")


def importer_takes_the_examples(subject: Subject) -> None:
    at_importer = Operation.of_description(subject.operation.description).record
    for written in subject.examples:
        try:
            msgspec.json.decode(msgspec.json.encode(written), type=at_importer)
        except ValidationError as error:
            subject.fail(f"its schema refuses an example: {error}")


def wrong_types_are_refused_on_both_sides(subject: Subject) -> None:
    if subject.takes_every_object:
        return
    at_importer = Operation.of_description(subject.operation.description).record
    for field, written in wrong_records(subject.record_schema):
        data = msgspec.json.encode(written)
        for side, struct in (("importer", at_importer), ("worker", subject.operation.record)):
            try:
                msgspec.json.decode(data, type=struct)
            except ValidationError:
                continue
            subject.fail(f"the {side} takes {written[field]!r} as {field}: give the field a narrower type")


def missing_fields_are_refused_on_both_sides(subject: Subject) -> None:
    at_importer = Operation.of_description(subject.operation.description).record
    plain = plain_record(subject.record_schema)
    for field in (field.name for field in subject.record_schema.fields if field.is_required):
        data = msgspec.json.encode({name: value for name, value in plain.items() if name != field})
        for side, struct in (("importer", at_importer), ("worker", subject.operation.record)):
            try:
                msgspec.json.decode(data, type=struct)
            except ValidationError:
                continue
            subject.fail(f"the {side} takes a record without {field}, which is required")
