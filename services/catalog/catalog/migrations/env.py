"""Alembic's entry: it runs on the connection that ``catalog.migrate`` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="alembic_version",
    version_table_schema="catalog",
)
with context.begin_transaction():
    context.run_migrations()
