-- The roles of the server that `make up` and compose.yaml start: one for each service, one for migrations, none of them a
-- superuser. Its owner, a superuser, runs this at every start, before the migrations:
--
--   psql --no-psqlrc --single-transaction --file=roles.sql <database>
--
-- PASSWORD_FILE_CATALOG, _IDENTITY, _IMPORTER and _MIGRATIONS name the files of their passwords.
-- Tables that an older version made as the superuser are handed to the migrations' role.

\set ON_ERROR_STOP on
-- No log may have a password: not that of this program, whose errors show the statement unless they are terse, and not
-- that of the server, whatever it is told to log.
\set VERBOSITY terse
SET log_statement = none;
SET log_min_duration_statement = -1;
SET log_min_duration_sample = -1;
SET log_transaction_sample_rate = 0;
SET log_duration = off;
SET log_min_error_statement = panic;
SET password_encryption = 'scram-sha-256';
SET client_min_messages = warning;
SET lock_timeout = '10s';
SELECT pg_advisory_xact_lock(x'57ACC3'::int) AS one_at_a_time \gset

\set catalog stackroom_catalog
\set identity stackroom_identity
\set importer stackroom_importer
\set migrations stackroom_migrations
\set catalog_password `cat "$PASSWORD_FILE_CATALOG"`
\set identity_password `cat "$PASSWORD_FILE_IDENTITY"`
\set importer_password `cat "$PASSWORD_FILE_IMPORTER"`
\set migrations_password `cat "$PASSWORD_FILE_MIGRATIONS"`

SELECT rolsuper AND rolname NOT IN (:'catalog', :'identity', :'importer', :'migrations') AS is_owner,
       '' NOT IN (:'catalog_password', :'identity_password', :'importer_password', :'migrations_password') AS has_passwords
FROM pg_roles WHERE rolname = current_user \gset
\if :is_owner
\else
  DO $$ BEGIN RAISE 'the role % may not set up the roles of Stackroom: a superuser other than these can', current_user; END $$;
\endif
\if :has_passwords
\else
  DO $$ BEGIN RAISE 'PASSWORD_FILE_CATALOG, _IDENTITY, _IMPORTER and _MIGRATIONS must name files with passwords'; END $$;
\endif

SELECT format('CREATE ROLE %I', name) FROM (VALUES (:'catalog'), (:'identity'), (:'importer'), (:'migrations')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
\set few 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS'
ALTER ROLE :"catalog" :few PASSWORD :'catalog_password';
ALTER ROLE :"identity" :few PASSWORD :'identity_password';
ALTER ROLE :"importer" :few PASSWORD :'importer_password';
ALTER ROLE :"migrations" :few PASSWORD :'migrations_password';

\ir grants.sql

-- What an older version made, or a backup brought back, belongs to the superuser; only what differs is locked.
SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, :'migrations') FROM pg_namespace
WHERE nspname IN ('tbc', 'catalog', 'identity', 'importer') AND nspowner <> :'migrations'::regrole \gexec
SELECT format('ALTER %s %I.%I OWNER TO %I',
              CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
              nspname, relname, :'migrations')
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname IN ('tbc', 'catalog', 'identity', 'importer') AND relkind IN ('r', 'p', 'S', 'v', 'm')
  AND relowner <> :'migrations'::regrole
  -- The sequence of a column goes with its table.
  AND NOT (relkind = 'S' AND EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype IN ('a', 'i')))
\gexec
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tbc TO :"catalog";

-- As new servers of PostgreSQL have it; those that were upgraded from before 15 let everybody create there.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
