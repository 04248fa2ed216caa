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
