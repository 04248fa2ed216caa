"""How every service connects to PostgreSQL, in the words of libpq."""

from typing import Any

# A server that does not answer must become an error within seconds. A host that has vanished is found in half a
# minute: without these, a dispatcher would wait for hours for its answer.
TCP_OPTIONS: dict[str, Any] = {
    "connect_timeout": 3,  # seconds, as the keepalives
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}

# A migration that waits for a lock keeps everybody waiting who comes behind it, so it gives up soon.
LOCK_SECONDS = 5
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


class LockedError(Exception):
    """A migration could not have a lock in time; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "the migration needs a lock that another session of the database keeps; nothing was changed, and the next "
            "start tries again. pg_stat_activity shows who has been in a transaction for long"
        )
