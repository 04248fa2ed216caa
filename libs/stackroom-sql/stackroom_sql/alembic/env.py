"""Alembic's entry for every service: it runs on the connection that ``Migration.run`` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="alembic_version",
    version_table_schema=context.config.attributes["version_schema"],
)
with context.begin_transaction():
    context.run_migrations()
