-- The role of the exporter: it sees statistics and settings (pg_monitor) and no row of any table. Run again, it takes the password
-- of now. The password comes from its file and into no log.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/postgres_monitor_password`
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT 'CREATE ROLE monitor' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'monitor') \gexec
ALTER ROLE monitor WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 3 PASSWORD :'password';
ALTER ROLE monitor SET default_transaction_read_only = on;
ALTER ROLE monitor SET statement_timeout = '5s';
GRANT pg_monitor TO monitor;
