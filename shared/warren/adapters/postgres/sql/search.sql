-- Attributes and memos: parts of other statements, and what finds runs by them.

-- Goes into the WITH list of `commit_changes` or `continue_runs`, behind their 17 parameters. The rows of one run and name are either all set
-- or cut to the first ones: no row is touched twice.
-- name: set_attributes(attribute_run_id, name, position, kind, text, number, flag, moment, cut_run_id, cut_name, cut_to)
attributes_set AS (
    INSERT INTO run_attributes (run_id, name, position, kind, text, number, flag, moment)
    SELECT * FROM unnest(
        $18::uuid[], $19::text[], $20::smallint[], $21::text[], $22::text[], $23::numeric[], $24::boolean[],
        $25::timestamptz[]
    )
    ON CONFLICT (run_id, name, position) DO UPDATE SET
        kind = excluded.kind, text = excluded.text, number = excluded.number, flag = excluded.flag,
        moment = excluded.moment
), attributes_cut AS (
    DELETE FROM run_attributes
    USING unnest($26::uuid[], $27::text[], $28::smallint[]) AS cut (run_id, name, position)
    WHERE run_attributes.run_id = cut.run_id AND run_attributes.name = cut.name
      AND run_attributes.position >= cut.position AND run_attributes.run_id = ANY ($26::uuid[])
)

-- Goes into the WITH list of `create_runs`, behind its 21 parameters: for those that it creates.
-- name: create_details(attribute_run_id, name, position, kind, text, number, flag, moment, memo_run_id, memo)
attributes_created AS (
    INSERT INTO run_attributes (run_id, name, position, kind, text, number, flag, moment)
    SELECT given.* FROM unnest(
        $22::uuid[], $23::text[], $24::smallint[], $25::text[], $26::text[], $27::numeric[], $28::boolean[],
        $29::timestamptz[]
    ) AS given (run_id, name, position, kind, text, number, flag, moment) JOIN created ON created.id = given.run_id
), memos_created AS (
    INSERT INTO run_memos (run_id, memo)
    SELECT given.run_id, given.memo
    FROM unnest($30::uuid[], $31::text[]) AS given (run_id, memo) JOIN created ON created.id = given.run_id
)

-- name: attributes_of(run_id)
SELECT run_id, name, kind, text, number, flag, moment
FROM run_attributes WHERE run_id = ANY ($1::uuid[]) ORDER BY run_id, name, position;

-- name: memos_of(run_id)
SELECT run_id, memo FROM run_memos WHERE run_id = ANY ($1::uuid[]);

-- The session's rules (settings.sql) are for statements that have one good plan. What is searched for has its own: how
-- rare it is decides where to begin.
-- name: plan_for_arguments()
SET LOCAL plan_cache_mode = force_custom_plan;

-- `$where` is made of the parts below (`search_sql`); the bounds are as in `list_runs`.
-- name: search_runs(created_before, id_before, limit)
SELECT id, workflow, version, shard, status, input, result, error, key, parent, trace, wake_at, reply_to,
       correlation_id, created_at, finished_at, paused_at, continued_from, continued_as
FROM runs
WHERE (created_at, id) < (coalesce($1::timestamptz, 'infinity'::timestamptz),
                          coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
  AND $where
ORDER BY created_at DESC, id DESC LIMIT $3::bigint;

-- Runs by an attribute: each gives run ids. `$operator` is one of a comparison's.
-- name: compare_text(name, value)
SELECT run_id FROM run_attributes WHERE name = $1::text AND text $operator $2::text

-- name: compare_number(name, value)
SELECT run_id FROM run_attributes WHERE name = $1::text AND number $operator $2::numeric

-- name: compare_flag(name, value)
SELECT run_id FROM run_attributes WHERE name = $1::text AND flag $operator $2::boolean

-- name: compare_moment(name, value)
SELECT run_id FROM run_attributes WHERE name = $1::text AND moment $operator $2::timestamptz

-- name: has_text(name)
SELECT run_id FROM run_attributes WHERE name = $1::text AND text IS NOT NULL

-- name: has_number(name)
SELECT run_id FROM run_attributes WHERE name = $1::text AND number IS NOT NULL

-- name: has_flag(name)
SELECT run_id FROM run_attributes WHERE name = $1::text AND flag IS NOT NULL

-- name: has_moment(name)
SELECT run_id FROM run_attributes WHERE name = $1::text AND moment IS NOT NULL

-- Whether a run has what every run can be searched by; true or false, never NULL.
-- name: compare_status(value)
runs.status $operator $1::text

-- name: compare_workflow(value)
runs.workflow $operator $1::text

-- name: compare_key(value)
(runs.key IS NOT NULL AND runs.key $operator $1::text)

-- name: compare_run_id(value)
runs.id $operator $1::uuid

-- name: compare_created_at(value)
runs.created_at $operator $1::timestamptz

-- name: compare_finished_at(value)
(runs.finished_at IS NOT NULL AND runs.finished_at $operator $1::timestamptz)

-- name: has_status()
TRUE

-- name: has_workflow()
TRUE

-- name: has_key()
runs.key IS NOT NULL

-- name: has_run_id()
TRUE

-- name: has_created_at()
TRUE

-- name: has_finished_at()
runs.finished_at IS NOT NULL
