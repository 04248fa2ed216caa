"""What the services that have a schema of their own share: engine, transactions, migrations, errors of the database."""
