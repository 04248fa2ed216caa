"""The two embedded servers, as one place to import them from."""

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from deploy.local.server_error import ServerError

__all__ = ["PostgresServer", "RedisServer", "ServerError"]
