-- Runs are listed by when they were created: an id says that only where it is a UUIDv7, and by its maker's clock.

CREATE INDEX runs_by_creation ON runs (created_at, id);
CREATE INDEX runs_of_workflow ON runs (workflow, created_at, id);
DROP INDEX runs_listed;
