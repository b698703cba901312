-- name: quarantine(id, run_id, exchange, routing_key, body, headers, mandatory, reason, since, next_try_at, tries, reply_to, correlation_id, message_id)
INSERT INTO quarantine (id, run_id, exchange, routing_key, body, headers, mandatory, reason, since, next_try_at, tries, reply_to, correlation_id, message_id)
SELECT DISTINCT ON (id) * FROM unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::boolean[], $8::text[],
    $9::timestamptz[], $10::timestamptz[], $11::integer[], $12::text[], $13::text[], $14::text[]
) AS given (id, run_id, exchange, routing_key, body, headers, mandatory, reason, since, next_try_at, tries, reply_to, correlation_id, message_id)
ORDER BY id
ON CONFLICT (id) DO UPDATE
SET reason = EXCLUDED.reason, next_try_at = EXCLUDED.next_try_at, tries = EXCLUDED.tries, headers = EXCLUDED.headers;

-- name: quarantined(limit)
SELECT id, run_id, exchange, routing_key, body, headers, mandatory, reason, since, next_try_at, tries, reply_to, correlation_id, message_id
FROM quarantine ORDER BY next_try_at, id LIMIT $1::bigint;

-- name: claim_quarantined(due_at, until, limit)
UPDATE quarantine SET next_try_at = $2::timestamptz
WHERE id IN (
    SELECT id FROM quarantine WHERE next_try_at <= $1::timestamptz
    ORDER BY next_try_at, id LIMIT $3::bigint FOR UPDATE SKIP LOCKED
)
RETURNING id, run_id, exchange, routing_key, body, headers, mandatory, reason, since, next_try_at, tries, reply_to, correlation_id, message_id;

-- name: release(id, tries)
DELETE FROM quarantine USING unnest($1::uuid[], $2::integer[]) AS given (id, tries)
WHERE quarantine.id = given.id AND quarantine.tries = given.tries RETURNING quarantine.id;

-- name: quarantined_among(run_id)
SELECT DISTINCT run_id FROM quarantine WHERE run_id = ANY ($1::uuid[]);
