"""As which role a migration runs: one of its own where a setting names it, else the service's."""

import pytest
from sqlalchemy import make_url

from catalog.settings import Settings as CatalogSettings
from importer.settings import Settings as ImporterSettings
from stackroom_kit.settings import read_settings

FIVE = {"POSTGRES_HOST": "db", "POSTGRES_USER": "books", "POSTGRES_PASSWORD": "p/1", "POSTGRES_DB": "library"}
PAIR = {"MIGRATION_POSTGRES_USER": "owner", "MIGRATION_POSTGRES_PASSWORD": "p/2"}
WHOLE = {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg2://all@db/x"}
MIGRATION = {"MIGRATION_DATABASE_URI": "postgresql+psycopg2://owner@db/y"}
LEDGER = {"IMPORTER_DATABASE_URI": "postgresql+psycopg2://ledger@other/z"}
SERVICE = "postgresql+psycopg2://books:p%2F1@db:5432/library"
OWNER = "postgresql+psycopg2://owner:p%2F2@db:5432/library"


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        (FIVE, SERVICE),
        (FIVE | PAIR, OWNER),
        (WHOLE, WHOLE["SQLALCHEMY_DATABASE_URI"]),
        (WHOLE | PAIR, WHOLE["SQLALCHEMY_DATABASE_URI"]),
        (FIVE | PAIR | MIGRATION, MIGRATION["MIGRATION_DATABASE_URI"]),
        (WHOLE | MIGRATION, MIGRATION["MIGRATION_DATABASE_URI"]),
    ],
)
def test_migration_has_the_role_that_a_setting_names(environ: dict[str, str], address: str) -> None:
    assert read_settings(CatalogSettings, environ).migration_uri == address
    assert read_settings(ImporterSettings, environ).migration_uri == address
    ledger = read_settings(ImporterSettings, environ | LEDGER)
    assert ledger.migration_uri == LEDGER["IMPORTER_DATABASE_URI"], "it lies in another database"


@pytest.mark.parametrize("wanted", [WHOLE, MIGRATION, LEDGER], ids=lambda wanted: next(iter(wanted)))
def test_address_without_a_driver_gets_the_one_that_is_installed(wanted: dict[str, str]) -> None:
    """SQLAlchemy would take another one."""
    plain = {name: address.replace("+psycopg2", "") for name, address in wanted.items()}
    assert read_settings(ImporterSettings, plain) == read_settings(ImporterSettings, wanted)
    make_url(read_settings(ImporterSettings, plain).migration_uri).get_dialect().import_dbapi()


def test_services_connect_as_themselves_whatever_migrates() -> None:
    assert read_settings(CatalogSettings, FIVE | PAIR | MIGRATION).database_uri == SERVICE
