-- The smallest run id (UUIDv7) of a moment: its first 48 bits are the Unix time in milliseconds.
CREATE FUNCTION warren_first_run_id(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT
RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Creates the partitions of the current month and of `months_ahead` after it, where they are missing, and moves what
-- already lies in the default partition. Writers go on meanwhile: attaching a partition does not lock `history` against
-- them (creating one in place would). The last argument is for tests.
CREATE FUNCTION warren_ensure_history_partitions(months_ahead integer, today timestamptz DEFAULT now())
RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    month      timestamp;
    partition  text;
    lower_id   uuid;
    upper_id   uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('warren.history_partitions'));
    FOR month IN
        SELECT generate_series(
            date_trunc('month', today AT TIME ZONE 'UTC'),
            date_trunc('month', today AT TIME ZONE 'UTC') + make_interval(months => months_ahead),
            interval '1 month'
        )
    LOOP
        partition := 'history_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = pg_inherits.inhrelid
            WHERE pg_inherits.inhparent = 'history'::regclass AND pg_class.relname = partition
        );
        lower_id := warren_first_run_id(month AT TIME ZONE 'UTC');
        upper_id := warren_first_run_id((month + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TABLE %I (LIKE history INCLUDING ALL)', partition);
        LOCK TABLE history_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM history_default WHERE run_id >= %L AND run_id < %L RETURNING *) '
            'INSERT INTO %I SELECT * FROM moved',
            lower_id, upper_id, partition
        );
        EXECUTE format('ALTER TABLE history ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, lower_id, upper_id);
        RETURN NEXT partition;
    END LOOP;
END
$$;
