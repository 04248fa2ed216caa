"""Eager mode: claim, compute and report in the request, for tests and for a laptop without Redis or workers."""

import uuid

from stackroom_jobs.compute import compute
from stackroom_jobs.operations import Operation
from stackroom_kit.problems import unprocessable

from importer.ledger.claim import ClaimedChunk, Claimant, claim
from importer.ledger.failure import fail
from importer.ledger.report import Report, report
from importer.services import Services

EAGER_WORKER = "eager"
