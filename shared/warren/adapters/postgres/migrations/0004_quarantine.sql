-- Messages that nothing can be done with now: the broker refuses them, or the run that they are about cannot be loaded.
-- Each is published again at next_try_at, and forgotten once it was taken.
CREATE TABLE quarantine (
    id             uuid        NOT NULL PRIMARY KEY,
    run_id         uuid,
    exchange       text        NOT NULL,
    routing_key    text        NOT NULL,
    body           bytea       NOT NULL,
    headers        text        NOT NULL,
    mandatory      boolean     NOT NULL,
    reason         text        NOT NULL,
    since          timestamptz NOT NULL,
    next_try_at    timestamptz NOT NULL,
    tries          integer     NOT NULL,
    reply_to       text,
    correlation_id text,
    message_id     text
);

CREATE INDEX quarantine_due ON quarantine (next_try_at, id);
CREATE INDEX quarantine_run ON quarantine (run_id) WHERE run_id IS NOT NULL;
