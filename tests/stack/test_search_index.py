"""An administrator makes the indexes of searches in the real server, which has pg_trgm."""

import subprocess
import time

from tests.support.servers.processes import ROOT
from tests.support.stacks.compose import Compose
from tests.support.waiting import wait_until

ROWS = 100_000
FILL = f"""
INSERT INTO tbc.books_files_groups SELECT 900000 + row, 'Указатель ' || row, NULL FROM generate_series(1, 1000) AS row;
INSERT INTO tbc.books_files_types SELECT 900000 + row, 'file-' || md5(row::text)::varchar(20),
  repeat('комментарий ', row % 25), 900001 + row % 1000 FROM generate_series(1, {ROWS}) AS row;
ANALYZE tbc.books_files_types"""
CLEAR = """
DELETE FROM tbc.books_files_types WHERE id > 900000; DELETE FROM tbc.books_files_groups WHERE id > 900000;
DROP INDEX IF EXISTS tbc.search_books_files_groups_name, tbc.search_books_files_groups_comment,
  tbc.search_books_files_types_file_name, tbc.search_books_files_types_comments,
  tbc.search_books_files_types_group_id"""
USED = """SELECT string_agg(indexrelname, ' ' ORDER BY indexrelname) FROM pg_stat_user_indexes
WHERE schemaname = 'tbc' AND relname = 'books_files_types' AND indexrelname LIKE 'search_%' AND idx_scan > 0"""
TYPES = {"search_books_files_types_comments", "search_books_files_types_file_name", "search_books_files_types_group_id"}
SEARCHES = {"C4CA4238": 1, "УКАЗАТЕЛЬ 77": 11 * ROWS // 1000, "нет такого": 0}


def psql(stack: Compose, script: str) -> str:
    command = ["docker", "exec", "-i", f"{stack.project}-postgres-1", "psql", "-X", "-q", "-A", "-t", "-U", "stackroom"]
    done = subprocess.run(
        [*command, "stackroom"], input=script, text=True, check=False, capture_output=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def searched(stack: Compose, text: str) -> tuple[int, float]:
    """How many rows hold it, and after how many seconds that was known."""
    started = time.monotonic()
    total = stack.call("GET", "/api/types/", params={"q": text, "limit": "10"}).json()["total"]
    return total, time.monotonic() - started


def test_searches_use_the_indexes_of_an_administrator(stack: Compose) -> None:
    psql(stack, FILL)
    try:
        before = {text: searched(stack, text) for text in SEARCHES}
        for _ in range(2):
            psql(stack, (ROOT / "deploy/postgres/search.sql").read_text())
        after = {text: searched(stack, text) for text in SEARCHES}
        print(f"\nseconds of a search in {ROWS} types without and with indexes:")
        for text in SEARCHES:
            print(f"  {text}: {before[text][1]:.3f}, {after[text][1]:.3f}")
        assert {text: found[0] for text, found in before.items()} == SEARCHES
        assert {text: found[0] for text, found in after.items()} == SEARCHES
        assert after["C4CA4238"][1] < before["C4CA4238"][1]
        wait_until(lambda: set(psql(stack, USED).split()) == TYPES, 30, "the statistics to show all indexes in use")
    finally:
        psql(stack, CLEAR)
