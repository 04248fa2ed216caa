"""The records of a chunk as they are stored: a JSON array in which null is a row that was refused at the door."""

from collections.abc import Iterator

import msgspec

_decoder = msgspec.json.Decoder(list[msgspec.Raw])


def numbered_records(first_row: int, records: str) -> Iterator[tuple[int, bytes]]:
    """Each record with its row, still as JSON."""
    for row, record in enumerate(_decoder.decode(records), first_row):
        if bytes(record) != b"null":
            yield row, bytes(record)
