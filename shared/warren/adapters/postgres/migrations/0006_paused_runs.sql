-- Since when a run stands still; NULL for one that goes on. Its state has it, too: this is for who lists runs.

ALTER TABLE runs ADD COLUMN paused_at timestamptz;
