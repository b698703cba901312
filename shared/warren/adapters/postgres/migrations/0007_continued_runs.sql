-- Runs that go on in the place of others (continue_as_new). The check is as before, with one status more.

ALTER TABLE runs
    ADD COLUMN continued_from uuid,
    ADD COLUMN continued_as uuid,
    DROP CONSTRAINT runs_status,
    ADD CONSTRAINT runs_status CHECK (status IN ('running', 'completed', 'failed', 'cancelled', 'continued'));
