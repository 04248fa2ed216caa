"""A database as an older version left it, a moment ago, and many more rows in flight."""

import gzip
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2

from deploy.local.postgres_server import binary
from tests.support.servers.embedded import libpq_uri

DUMP = Path(__file__).with_name("ledger.sql.gz")
BEFORE_IDENTITY = Path(__file__).with_name("before_identity.sql")
# What was due then is due now, and nothing is so old that it would be thrown away.
JUST_NOW = """
UPDATE importer.batch SET created_at = now(), ended_at = CASE WHEN ended_at IS NOT NULL THEN now() END;
UPDATE importer.chunk SET due_at = CASE state WHEN 'leased' THEN now() + interval '3 s' ELSE now() END;
UPDATE importer.worker SET last_seen = now();
UPDATE catalog.applied_request SET applied_at = now();
"""
ROWS_OF_A_CHUNK = 1000
# One half of the texts waits, the other was leased by a worker that is gone; all rows of the load wait to be applied.
MANY_ROWS = """
CREATE FUNCTION pg_temp.batch(from_source text, new_source text, count integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO importer.batch (id, digest, operation, options, source, queue, request_id, rows, input)
  SELECT new_source, new_source, operation, options, new_source, queue, request_id, count, input
  FROM importer.batch WHERE source = from_source $$;
SELECT pg_temp.batch('mixed', 'texts', %(texts)s), pg_temp.batch('load', 'groups', %(groups)s);
INSERT INTO importer.chunk
  (batch_id, first_row, last_row, rows, queue, state, attempts, worker, token, delivery, records)
SELECT 'texts', min(row), max(row), count(*), 'cpu',
  CASE WHEN chunk %% 2 = 0 THEN 'ready' ELSE 'leased' END, chunk %% 2,
  CASE WHEN chunk %% 2 = 1 THEN 'worker-cpu@old' END, CASE WHEN chunk %% 2 = 1 THEN 'old-' || chunk END,
  CASE WHEN chunk %% 2 = 1 THEN 'old-' || chunk END,
  '[' || string_agg(format('{"id":%%s,"payload":" Row %%s "}', row, row), ',' ORDER BY row) || ']'
FROM generate_series(1, %(texts)s) AS row, LATERAL (SELECT (row - 1) / %(chunk)s AS chunk) AS place GROUP BY chunk;
INSERT INTO importer.chunk
  (batch_id, first_row, last_row, rows, queue, state, attempts, applies, token, records, output)
SELECT 'groups', min(row), max(row), count(*), 'cpu', 'applying', 1, true, 'load-' || chunk,
  '[' || string_agg(record, ',' ORDER BY row) || ']',
  string_agg(format('{"row":%%s,"outcome":"ok","result":%%s}', row, record), E'\\n' ORDER BY row) || E'\\n'
FROM generate_series(1, %(groups)s) AS row,
  LATERAL (SELECT (row - 1) / %(chunk)s AS chunk,
    format('{"id":%%s,"name":"Группа %%s","comment":null}', 1000000 + row, row) AS record) AS place GROUP BY chunk;
"""


def restore(uri: str, dump: Path = DUMP) -> None:
    """Into an empty database, of whose role everything will be."""
    content = dump.read_bytes()
    script = gzip.decompress(content) if dump.suffix == ".gz" else content
    command = [binary("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", libpq_uri(uri)]
    subprocess.run(command, input=script, check=True, capture_output=True)
    _execute(uri, JUST_NOW)


def add_rows(uri: str, texts: int, groups: int) -> None:
    """Batches of the sources ``texts`` and ``groups``, before anything is migrated."""
    _execute(uri, MANY_ROWS, {"texts": texts, "groups": groups, "chunk": ROWS_OF_A_CHUNK})


def _execute(uri: str, statements: str, parameters: dict[str, int] | None = None) -> None:
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statements, parameters)
