-- What runs are searched by, one row for each value: a list has one for each of its texts (an empty one has one without
-- a text). One of the four columns has the value; the kind tells an integer from a float and a list from a text.
-- Only runs that have attributes have rows here. Texts compare by code point, as everywhere in Warren.
CREATE TABLE run_attributes (
    run_id   uuid     NOT NULL,
    name     text     COLLATE "C" NOT NULL,
    position smallint NOT NULL,
    kind     text     NOT NULL,
    text     text     COLLATE "C",
    number   numeric,
    flag     boolean,
    moment   timestamptz,
    PRIMARY KEY (run_id, name, position),
    CONSTRAINT run_attributes_kind CHECK (kind IN ('str', 'int', 'float', 'bool', 'datetime', 'list'))
);

CREATE INDEX run_attributes_text ON run_attributes (name, text, run_id) WHERE text IS NOT NULL;
CREATE INDEX run_attributes_number ON run_attributes (name, number, run_id) WHERE number IS NOT NULL;
CREATE INDEX run_attributes_flag ON run_attributes (name, flag, run_id) WHERE flag IS NOT NULL;
CREATE INDEX run_attributes_moment ON run_attributes (name, moment, run_id) WHERE moment IS NOT NULL;

-- What is only shown, as JSON text; only runs that have it have a row.
CREATE TABLE run_memos (
    run_id uuid NOT NULL PRIMARY KEY,
    memo   text NOT NULL
);

-- Attributes are in rows of their own: this column was never used.
ALTER TABLE runs DROP COLUMN search_attributes;

-- The runs that people look for among all that went well. Runs that go well have no entry.
CREATE INDEX runs_failed ON runs (status, created_at, id) WHERE status IN ('failed', 'cancelled');
