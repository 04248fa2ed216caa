"""Which contracts of workers this importer takes: its own and the one before."""

from flask import request

from importer.worker_api.problems import CONTRACT_DIFFERS
from stackroom_jobs.protocol import CONTRACT_HEADER, CONTRACT_VERSION, OLDEST_CONTRACT
from stackroom_kit.problems import Problem

MAX_CONTRACT = 20  # characters of a version that are said again
CONTRACTS = range(OLDEST_CONTRACT, CONTRACT_VERSION + 1)


def contract_differs(contract: object) -> Problem:
    detail = f"The worker speaks contract {contract}, this importer {CONTRACT_VERSION}: update the older one."
    return CONTRACT_DIFFERS(detail)


def refuse_other_contracts() -> None:
    """A worker that has not been heard yet must not take work either. The first version did not send the header."""
    contract = request.headers.get(CONTRACT_HEADER, "1")
    if contract not in map(str, CONTRACTS):
        raise contract_differs(contract[:MAX_CONTRACT])
