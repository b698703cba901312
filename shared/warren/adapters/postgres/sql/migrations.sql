-- name: lock_migrations(number)
SELECT pg_advisory_lock($1::bigint);

-- name: create_migrations_table()
CREATE TABLE IF NOT EXISTS migrations (
    name       text        NOT NULL PRIMARY KEY,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied_migrations()
SELECT name, checksum FROM migrations ORDER BY name;

-- name: record_migration(name, checksum)
INSERT INTO migrations (name, checksum) VALUES ($1::text, $2::text);

-- name: create_database_statement(name)
SELECT format('CREATE DATABASE %I', $1::text);
