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
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM changed WHERE is_finished;

-- Ends runs as continued, and creates the runs that go on in their places. What a start may change meanwhile (the reply
-- address) is read from the row as it is updated; the key, which nothing changes, from the row as it was.
-- name: continue_runs(run_id, seq, at, invocation, event, commands, ended_id, successor_id, input, wake_at, status, result, error, finished_at, first_at, first_event, first_commands)
WITH given AS (
    SELECT * FROM unnest(
        $7::uuid[], $8::uuid[], $9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::text[],
        $14::timestamptz[], $15::timestamptz[], $16::text[], $17::text[]
    ) AS given (
        ended_id, successor_id, input, wake_at, status, result, error, finished_at, first_at, first_event,
        first_commands
    )
), appended AS (
    INSERT INTO history (run_id, seq, at, invocation, event, commands)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[])
    UNION ALL
    SELECT successor_id, 1, first_at, 0, first_event, first_commands FROM given
), ended AS (
    UPDATE runs SET
        status = 'continued', finished_at = given.first_at, wake_at = NULL, paused_at = NULL, key = NULL,
        continued_as = given.successor_id
    FROM given
    WHERE runs.id = given.ended_id AND runs.id = ANY ($7::uuid[])
    RETURNING runs.*
), memos_moved AS (
    INSERT INTO run_memos (run_id, memo)
    SELECT given.successor_id, run_memos.memo FROM given JOIN run_memos ON run_memos.run_id = given.ended_id
), created AS (
    INSERT INTO runs (id, workflow, version, shard, status, input, result, error, parent, key, reply_to,
                      correlation_id, trace, wake_at, created_at, finished_at, continued_from)
    SELECT given.successor_id, ended.workflow, ended.version, ended.shard, given.status, given.input, given.result,
           given.error, ended.parent, before.key, ended.reply_to, ended.correlation_id, ended.trace, given.wake_at,
           given.first_at, given.finished_at, ended.id
    FROM ended JOIN given ON given.ended_id = ended.id JOIN runs AS before ON before.id = ended.id
    RETURNING runs.*
)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM (SELECT * FROM ended UNION ALL SELECT * FROM created) AS changed WHERE status <> 'running';

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

-- name: find_in_chain(run_id, invocation, whole)
WITH RECURSIVE before AS (
    SELECT id, continued_from FROM runs WHERE id = $1::uuid
    UNION ALL
    SELECT runs.id, runs.continued_from FROM before JOIN runs ON runs.id = before.continued_from WHERE $3::boolean
), after AS (
    SELECT id, continued_as FROM runs WHERE id = $1::uuid
    UNION ALL
    SELECT runs.id, runs.continued_as FROM after JOIN runs ON runs.id = after.continued_as
)
SELECT run_id, seq, at, invocation, event, commands
FROM (SELECT id FROM before UNION SELECT id FROM after) AS chain
CROSS JOIN LATERAL (
    SELECT * FROM history WHERE history.run_id = chain.id AND history.invocation = $2::bigint
) AS found
ORDER BY at, run_id, seq;

-- name: read_history(run_id, after_seq, limit)
SELECT run_id, seq, at, invocation, event, commands
FROM history WHERE run_id = $1::uuid AND seq > $2::bigint ORDER BY seq LIMIT $3::bigint;
