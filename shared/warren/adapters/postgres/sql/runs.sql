-- Creates what neither the run id nor the key forbids, with its first transition; returns the ids that it created.
-- The ids given must be distinct. In the order given, so that of two equal keys the first one wins.
-- name: create_runs(run_id, workflow, version, shard, status, input, result, error, parent, key, reply_to, correlation_id, trace, wake_at, created_at, finished_at, seq, at, invocation, event, commands)
WITH given AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[],
        $17::bigint[], $18::timestamptz[], $19::bigint[], $20::text[], $21::text[]
    ) WITH ORDINALITY AS given (
        id, workflow, version, shard, status, input, result, error, parent, key, reply_to, correlation_id, trace,
        wake_at, created_at, finished_at, seq, at, invocation, event, commands, position
    )
), created AS (
    INSERT INTO runs (id, workflow, version, shard, status, input, result, error, parent, key, reply_to,
                      correlation_id, trace, wake_at, created_at, finished_at)
    SELECT id, workflow, version, shard, status, input, result, error, parent, key, reply_to, correlation_id, trace,
           wake_at, created_at, finished_at
    FROM given ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING id
), appended AS (
    INSERT INTO history (run_id, seq, at, invocation, event, commands)
    SELECT id, seq, at, invocation, event, commands FROM given JOIN created USING (id)
)
SELECT id FROM created;

-- Gives existing runs of the workflow a new reply address, where one is named; returns which of the ids exist, and whose
-- they are. The pairs of id and workflow must be distinct.
-- name: adopt_runs(run_id, workflow, reply_to, correlation_id)
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
        AS given (id, workflow, reply_to, correlation_id)
), answered AS (
    UPDATE runs SET reply_to = given.reply_to, correlation_id = given.correlation_id
    FROM given
    WHERE runs.id = given.id AND runs.id = ANY ($1::uuid[]) AND runs.workflow = given.workflow
      AND given.reply_to IS NOT NULL
)
SELECT id, workflow FROM runs WHERE id = ANY ($1::uuid[]);

-- name: find_key_owners(workflow, key)
SELECT runs.id, runs.workflow, runs.key
FROM unnest($1::text[], $2::text[]) AS wanted (workflow, key) JOIN runs USING (workflow, key);

-- One row per run, its transitions since the snapshot as arrays: one statement sees one moment.
-- name: load_runs(run_id)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as, snapshot_seq, snapshot,
       seqs, ats, invocations, events, commands
FROM runs
CROSS JOIN LATERAL (
    SELECT array_agg(seq ORDER BY seq) AS seqs, array_agg(at ORDER BY seq) AS ats,
           array_agg(invocation ORDER BY seq) AS invocations, array_agg(event ORDER BY seq) AS events,
           array_agg(commands ORDER BY seq) AS commands
    FROM history
    WHERE history.run_id = runs.id AND history.seq > coalesce(runs.snapshot_seq, 0)
) AS since
WHERE id = ANY ($1::uuid[]);

-- name: get_runs(run_id)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM runs WHERE id = ANY ($1::uuid[]);

-- name: last_of_chains(run_id)
WITH RECURSIVE chain AS (
    SELECT id AS first_id, id, continued_as FROM runs WHERE id = ANY ($1::uuid[])
    UNION ALL
    SELECT chain.first_id, runs.id, runs.continued_as FROM chain JOIN runs ON runs.id = chain.continued_as
)
SELECT first_id, id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, runs.continued_as
FROM chain JOIN runs USING (id) WHERE chain.continued_as IS NULL;

-- name: find_run(workflow, key)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM runs WHERE workflow = $1::text AND key = $2::text;

-- The bounds are never NULL, so that each page begins in the index where the last one ended.
-- name: list_runs(status, created_before, id_before, limit)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM runs
WHERE ($1::text IS NULL OR status = $1::text)
  AND (created_at, id) < (coalesce($2::timestamptz, 'infinity'::timestamptz),
                          coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4::bigint;

-- name: list_runs_of_workflow(workflow, status, created_before, id_before, limit)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM runs
WHERE workflow = $1::text AND ($2::text IS NULL OR status = $2::text)
  AND (created_at, id) < (coalesce($3::timestamptz, 'infinity'::timestamptz),
                          coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
ORDER BY created_at DESC, id DESC LIMIT $5::bigint;

-- name: due_runs(before, limit)
SELECT id, shard, wake_at FROM runs
WHERE status = 'running' AND wake_at <= $1::timestamptz
ORDER BY wake_at, id LIMIT $2::bigint;

-- name: open_run_ids(after, limit)
SELECT id FROM runs
WHERE status = 'running' AND id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000'::uuid)
ORDER BY id LIMIT $2::bigint;

-- The last transition of a run is the end of the primary key's index: one look for each run without (or with) a timer.
-- name: idle_runs(since, before, is_timed, after, limit)
SELECT id, last.seq FROM runs
CROSS JOIN LATERAL (
    SELECT seq, at FROM history WHERE history.run_id = runs.id ORDER BY seq DESC LIMIT 1
) AS last
WHERE status = 'running' AND (wake_at IS NOT NULL) = $3::boolean
  AND id > coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'::uuid)
  AND last.at < $2::timestamptz AND ($1::timestamptz IS NULL OR last.at >= $1::timestamptz)
ORDER BY id LIMIT $5::bigint;

-- name: running_among(run_id)
SELECT id FROM runs WHERE id = ANY ($1::uuid[]) AND status = 'running';
