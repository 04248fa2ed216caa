"""A chunk in trouble is cut into pieces that together are the whole."""

import itertools
import json

from importer.ledger.split import Failure, failed_output, pieces_of


def test_split_gives_at_most_sixteen_pieces_that_cover_every_record() -> None:
    records = [{"id": number, "payload": "x"} for number in range(2500)]
    pieces = list(pieces_of(11, json.dumps(records)))
    assert len(pieces) == 16
    assert [record for piece in pieces for record in json.loads(piece.records)] == records
    assert pieces[0].first_row == 11
    assert all(after.first_row == before.last_row + 1 for before, after in itertools.pairwise(pieces))


def test_split_leaves_out_pieces_that_hold_refused_rows_only() -> None:
    pieces = list(pieces_of(1, json.dumps([None] * 16 + [{"id": 1, "payload": "x"}] * 16)))
    assert sum(piece.rows for piece in pieces) == 16
    assert pieces[0].first_row == 17


def test_split_makes_a_failed_line_of_every_record_and_none_of_refused_rows() -> None:
    output = failed_output(10, '[null, {"id": 7, "payload": "x"}]', Failure("worker_lost", "It died."))
    assert json.loads(output) == {
        "row": 11, "outcome": "failed", "code": "worker_lost", "detail": "It died.", "id": 7, "payload": "x"
    }  # fmt: skip
