-- What each role of Stackroom may do. Run once by a database administrator, on a server that Stackroom shares with others:
--
--   psql --set=catalog=stackroom_catalog --set=importer=stackroom_importer --set=migrations=stackroom_migrations \
--     --file=grants.sql <database>
--
-- and --set=identity=stackroom_identity where people sign in;
-- or, with one role that does all, --set=role=stackroom instead of the three. The roles must exist
-- (CREATE ROLE ... LOGIN PASSWORD '...'). None needs a right to create schemas or databases, or to read files.
-- The two tables of the register may exist already, whoever owns them; where they do not, the migrations make them.
-- Run it again when a version brings a new schema; it changes nothing that is right already.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

\if :{?role}
  \set catalog :role
  \set identity :role
  \set importer :role
  \set migrations :role
\endif

CREATE SCHEMA IF NOT EXISTS tbc;
CREATE SCHEMA IF NOT EXISTS catalog;
CREATE SCHEMA IF NOT EXISTS importer;

-- Migrations make and change tables; CREATE in the register is needed only where its two tables do not exist yet.
GRANT USAGE, CREATE ON SCHEMA tbc, catalog, importer TO :"migrations";
\if :{?identity}
  CREATE SCHEMA IF NOT EXISTS identity;
  GRANT USAGE, CREATE ON SCHEMA identity TO :"migrations";
\endif
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', name, :'catalog'),
       format('GRANT REFERENCES ON %s TO %I', name, :'migrations')
FROM (VALUES ('tbc.books_files_groups'), ('tbc.books_files_types')) AS tables (name)
WHERE to_regclass(name) IS NOT NULL \gexec

-- A service uses the tables of its own schemas: those that are there, and those that migrations will make.
\if :{?role}
\else
  GRANT USAGE ON SCHEMA tbc, catalog TO :"catalog";
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA catalog TO :"catalog";
  ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA tbc, catalog
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"catalog";
  ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA tbc, catalog GRANT USAGE ON SEQUENCES TO :"catalog";

  GRANT USAGE ON SCHEMA importer TO :"importer";
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA importer TO :"importer";
  ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA importer
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"importer";
  ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA importer GRANT USAGE ON SEQUENCES TO :"importer";

  \if :{?identity}
    GRANT USAGE ON SCHEMA identity TO :"identity";
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO :"identity";
    ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA identity
      GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"identity";
    ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA identity GRANT USAGE ON SEQUENCES TO :"identity";
  \endif
  -- A further service has its role and its schema here.
\endif
