"""English titles that services give to people, each with the place that gives it: pages show them translated."""

from catalog.resources import RESOURCES
from stackroom_jobs.worker.found import operations_in, package_of
from tests.support.servers.processes import ROOT


def resource_titles() -> dict[str, str]:
    """Of resources and of the fields of their rows."""
    found: dict[str, str] = {}
    for resource in RESOURCES:
        place = f"services/catalog/catalog/resources/{resource.name}.py"
        titles = [resource.one, resource.many, *(field.title or field.name for field in resource.schema.fields)]
        found.update(dict.fromkeys(titles, place))
    return found


def operation_titles() -> dict[str, str]:
    """Of those that the workers here have, ours among them, and of their units; loads are called by their resources."""
    found: dict[str, str] = {}
    for folder in sorted(path.parents[1].name for path in ROOT.glob("worker-*/*/app.py")):
        for one in operations_in(f"{package_of(folder)}.operations"):
            if one.loads is None:
                titles = (one.description.title, one.description.unit)
                found.update(dict.fromkeys(titles, f"{folder}/{package_of(folder)}/operations"))
    return found
