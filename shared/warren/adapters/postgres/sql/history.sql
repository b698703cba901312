-- The hot path: one statement, one round trip, for any number of transitions.
-- name: append_transitions(run_id, seq, at, invocation, event, commands)
INSERT INTO history (run_id, seq, at, invocation, event, commands)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[]);

-- One row of changes per run at most; returns the runs that were finished now.
-- name: commit_changes(run_id, seq, at, invocation, event, commands, changed_id, set_wake_at, wake_at, set_paused_at, paused_at, status, result, error, finished_at, snapshot_seq, snapshot)
WITH appended AS (
    INSERT INTO history (run_id, seq, at, invocation, event, commands)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[])
), changed AS (
    UPDATE runs SET
        wake_at = CASE WHEN change.set_wake_at THEN change.wake_at ELSE runs.wake_at END,
        paused_at = CASE WHEN change.set_paused_at THEN change.paused_at ELSE runs.paused_at END,
        status = coalesce(change.status, runs.status),
        result = CASE WHEN change.status IS NULL THEN runs.result ELSE change.result END,
        error = CASE WHEN change.status IS NULL THEN runs.error ELSE change.error END,
        finished_at = CASE WHEN change.status IS NULL THEN runs.finished_at ELSE change.finished_at END,
        snapshot = CASE WHEN change.snapshot_seq >= coalesce(runs.snapshot_seq, 0) THEN change.snapshot
                        ELSE runs.snapshot END,
        snapshot_seq = greatest(runs.snapshot_seq, change.snapshot_seq)
    FROM unnest(
        $7::uuid[], $8::boolean[], $9::timestamptz[], $10::boolean[], $11::timestamptz[], $12::text[], $13::text[],
        $14::text[], $15::timestamptz[], $16::bigint[], $17::text[]
    ) AS change (
        id, set_wake_at, wake_at, set_paused_at, paused_at, status, result, error, finished_at, snapshot_seq, snapshot
    )
    WHERE runs.id = change.id AND runs.id = ANY ($7::uuid[])
    RETURNING runs.*, change.status IS NOT NULL AS is_finished
)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at
FROM changed WHERE is_finished;

-- Which of these places in the history are taken, and by what.
-- name: find_taken(run_id, seq)
SELECT run_id, seq, at, invocation, event, commands
FROM unnest($1::uuid[], $2::bigint[]) AS wanted (wanted_id, wanted_seq)
CROSS JOIN LATERAL (
    SELECT * FROM history WHERE run_id = wanted_id AND seq = wanted_seq
) AS taken;

-- name: find_transitions(run_id, invocation)
SELECT run_id, seq, at, invocation, event, commands
FROM history WHERE run_id = $1::uuid AND invocation = $2::bigint ORDER BY seq;

-- name: read_history(run_id, after_seq, limit)
SELECT run_id, seq, at, invocation, event, commands
FROM history WHERE run_id = $1::uuid AND seq > $2::bigint ORDER BY seq LIMIT $3::bigint;
