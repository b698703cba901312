-- name: save_program(version, workflow, ir, program, registered_at)
INSERT INTO programs (version, workflow, ir, program, registered_at)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::timestamptz)
ON CONFLICT (version) DO UPDATE
SET registered_at = excluded.registered_at, registration = excluded.registration;

-- name: load_program(version)
SELECT version, workflow, ir, program, registered_at FROM programs WHERE version = $1::text;

-- name: latest_program(workflow)
SELECT version, workflow, ir, program, registered_at
FROM programs WHERE workflow = $1::text ORDER BY registration DESC LIMIT 1;

-- name: list_programs()
SELECT DISTINCT ON (workflow COLLATE "C") version, workflow, ir, program, registered_at
FROM programs ORDER BY workflow COLLATE "C", registration DESC;
