"""English titles that services give to people, each with the place that gives it: pages show them translated."""

from catalog.resources import RESOURCES
from stackroom_jobs.operations import OPERATIONS


def resource_titles() -> dict[str, str]:
    """Of resources and of the fields of their rows."""
    found: dict[str, str] = {}
    for resource in RESOURCES:
        place = f"services/catalog/catalog/resources/{resource.name}.py"
        titles = [resource.one, resource.many, *(field.title or field.name for field in resource.schema.fields)]
        found.update(dict.fromkeys(titles, place))
    return found


def operation_titles() -> dict[str, str]:
    """Of the built-in operations; loads are called by their resources."""
    place = "libs/stackroom-jobs/stackroom_jobs/operations"
    return {operation.description.title: place for operation in OPERATIONS.values() if operation.loads is None}
