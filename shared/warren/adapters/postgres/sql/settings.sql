-- For each new connection. Every statement has one good plan, over indexes, and planning it anew costs more than running
-- it. PostgreSQL cannot know: it plans while the tables are still small and unanalysed, takes a sequential scan for the
-- cheapest, and keeps to it while they grow. (Without sequential scans costs look so high that it would compile, too.)
-- Nor do bitmaps: of few rows they look cheap, and of many they read all to sort out the first ones.
-- name: prepare_session()
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET jit = off;

-- name: get_setting(name)
SELECT value FROM settings WHERE name = $1::text;

-- name: add_setting(name, value)
INSERT INTO settings (name, value) VALUES ($1::text, $2::text) ON CONFLICT DO NOTHING RETURNING name;

-- name: replace_setting(name, value, expected)
UPDATE settings SET value = $2::text WHERE name = $1::text AND value = $3::text RETURNING name;

-- name: ensure_history_partitions(months_ahead)
SELECT warren_ensure_history_partitions($1::integer);

-- Which of these sessions wait for their client.
-- name: idle_sessions(pids)
SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1::integer[]) AND state = 'idle';
