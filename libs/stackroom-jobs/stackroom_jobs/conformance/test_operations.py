"""Collected by ``python -m stackroom_jobs.conformance``."""

from stackroom_jobs.conformance.cases import Case
from stackroom_jobs.conformance.plugin import check
from stackroom_jobs.conformance.subject import Subject


def test_operation_is_conformant(conformance_case: Case, conformance_subject: Subject) -> None:
    check(conformance_case, conformance_subject)
