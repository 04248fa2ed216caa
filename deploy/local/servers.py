"""The two embedded servers, as one place to import them from."""

from deploy.local.postgres_server import PostgresServer, ServerError
from deploy.local.redis_server import RedisServer

__all__ = ["PostgresServer", "RedisServer", "ServerError"]
