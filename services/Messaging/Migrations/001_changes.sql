-- The change log of a service, written in the transaction of the change itself. It is the outbox as well
-- (sent_at is null until the broker has confirmed), and what streams and projections are read from.
CREATE TABLE changes (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The transaction that wrote the row: a reader stops at the oldest one still running (pg_snapshot_xmin),
    -- because seq is given out in another order than transactions commit.
    tx      xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- Message id on the broker: a repeated publication is recognised by it.
    id      uuid NOT NULL DEFAULT gen_random_uuid(),
    kind    text NOT NULL,
    body    jsonb NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz
);

CREATE INDEX changes_unsent ON changes (seq) WHERE sent_at IS NULL;
CREATE INDEX changes_sent ON changes (sent_at) WHERE sent_at IS NOT NULL;

-- What was consumed, so that a message which the broker delivers twice is worked on once.
CREATE TABLE inbox (
    message_id  uuid NOT NULL,
    consumer    text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, consumer)
);

CREATE INDEX inbox_received ON inbox (received_at);

CREATE FUNCTION changes_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY changes;
    RETURN NULL;
END $$;

CREATE TRIGGER changes_written AFTER INSERT ON changes FOR EACH STATEMENT EXECUTE FUNCTION changes_written();
