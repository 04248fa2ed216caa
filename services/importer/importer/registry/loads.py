"""The operation that loads a resource of the catalog, derived from what the catalog says of the resource."""

import dataclasses

import msgspec
from msgspec import UNSET

from stackroom_jobs.description import LOAD_PREFIX, Description, task_name_of
from stackroom_jobs.loads import Applied
from stackroom_jobs.operation import Operation
from stackroom_jobs.operations.load import LoadReference
from stackroom_kit.resources import DescribedResource
from stackroom_kit.schema import Field, Schema
from stackroom_kit.schema_fields import name_field

TEXT = ("string",)


def resource_of(operation: str) -> str | None:
    """The resource that the operation of this name loads, whether or not anybody knows it any more."""
    return operation.removeprefix(LOAD_PREFIX) if operation.startswith(LOAD_PREFIX) else None


@dataclasses.dataclass(frozen=True)
class Load:
    """The operation that loads a resource, and what its function must be told of the references of a row."""

    operation: Operation
    references: dict[str, LoadReference]


def load_of(resource: DescribedResource) -> Load:
    """SchemaError or ValidationError for a resource whose rows this importer cannot check."""
    name = f"{LOAD_PREFIX}{resource.name}"
    written = {
        "name": name,
        "task_name": task_name_of(name),
        "title": f"Import {resource.titles.many.lower()} into the register",
        "record": record_of(resource).to_json(),
        "result": Schema.of_struct(Applied).to_json(),
        "right": "editor",
        "loads": resource.name,
    }
    operation = Operation.of_description(msgspec.convert(written, Description))
    return Load(dataclasses.replace(operation, result=Applied), _references(resource))


def _references(resource: DescribedResource) -> dict[str, LoadReference]:
    fields = Schema.of_json(resource.schema).fields
    return {
        field.name: LoadReference(name_field(field.name), field.is_nullable)
        for field in fields
        if field.reference is not None and not field.read_only
    }


def record_of(resource: DescribedResource) -> Schema:
    """A row of a load: all may be left out but an id that is given, and a reference may be named by what is shown."""
    schema = Schema.of_json(resource.schema)
    fields = [_id(field, resource.id == "given") if field.name == "id" else _loaded(field) for field in schema.fields]
    with_names = [one for field in fields for one in (field, *_name_of(field))]
    return Schema(f"{resource.name}_row", tuple(with_names), takes_unknown=False)


def _id(field: Field, is_given: bool) -> Field:
    """A row without an id that the catalog makes is a new one."""
    return dataclasses.replace(field, is_required=is_given, is_nullable=not is_given, read_only=False)


def _loaded(field: Field) -> Field:
    """The catalog measures texts, in their normal form, and an empty one is null. What is only shown is passed over."""
    if field.read_only:
        return Field(field.name, field.types, is_nullable=True, read_only=True, title=field.title)
    is_text = field.types == TEXT and field.format is None and field.enum is None
    is_nullable = field.is_nullable or is_text or field.reference is not None
    return dataclasses.replace(
        field, is_required=False, is_nullable=is_nullable, min_length=None, max_length=None, default=UNSET
    )


def _name_of(field: Field) -> list[Field]:
    """The field by which the row that ``field`` refers to may be named instead."""
    if field.reference is None or field.read_only:
        return []
    return [Field(name_field(field.name), TEXT, is_nullable=True)]
