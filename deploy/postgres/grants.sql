-- Run once by a database administrator, on a server that Stackroom shares with others:
--
--   psql --set=role=stackroom --file=grants.sql <database>
--
-- The role must exist (CREATE ROLE stackroom LOGIN PASSWORD '...'). It needs no right to create schemas or databases.
-- The two tables of the register may exist already, whoever owns them; where they do not, the role makes them.

\set ON_ERROR_STOP on

CREATE SCHEMA IF NOT EXISTS tbc;
CREATE SCHEMA IF NOT EXISTS catalog;
CREATE SCHEMA IF NOT EXISTS importer;

-- Schemas that only Stackroom uses.
GRANT USAGE, CREATE ON SCHEMA catalog, importer TO :"role";

-- The register. CREATE is needed only where the two tables do not exist yet.
GRANT USAGE, CREATE ON SCHEMA tbc TO :"role";
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES ON %s TO %I', name, :'role')
FROM (VALUES ('tbc.books_files_groups'), ('tbc.books_files_types')) AS tables (name)
WHERE to_regclass(name) IS NOT NULL \gexec
