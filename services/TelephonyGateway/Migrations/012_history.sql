-- The history of years is read page by page: whatever it is filtered by, a page is to be found without passing over the rest.

-- Whose a call is: each phone that placed it, was rung by it or talked in it, beside what lists of it are ordered and filtered by.
-- Legs and talks tell that too, but not in the order of a list: among them a manager's latest calls are found only by passing over
-- everybody else's.
CREATE TABLE call_phones (
    call_id    uuid NOT NULL REFERENCES calls ON DELETE CASCADE,
    phone      text NOT NULL,
    talked     boolean NOT NULL,
    -- The call's own.
    started_at timestamptz NOT NULL,
    direction  text NOT NULL,
    result     text,
    own_number text,
    PRIMARY KEY (call_id, phone)
);

-- A phone of which no witness could tell whether it rang counts as one that did, as in the stream (CallVisibility).
INSERT INTO call_phones (call_id, phone, talked, started_at, direction, result, own_number)
SELECT id, phone, bool_or(talked), started_at, direction, result, own_number
FROM (
    SELECT id AS call_id, placed_by AS phone, false AS talked FROM calls WHERE placed_by IS NOT NULL
    UNION ALL
    SELECT call_id, phone, false FROM call_legs WHERE answered_at IS NOT NULL OR (dialled_at IS NOT NULL AND rang IS NOT FALSE)
    UNION ALL
    SELECT call_id, phone, true FROM call_talks
) AS phones JOIN calls ON id = call_id
GROUP BY id, phone;

CREATE INDEX call_phones_listed ON call_phones (phone, started_at, call_id) INCLUDE (talked, direction, result, own_number);
ANALYZE call_phones;

-- From what is published of a call, which has its legs and talks whole: so it holds for every writer, in whatever order he writes.
CREATE FUNCTION call_phones_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH told AS (
        SELECT NEW.placed_by AS phone, false AS talked WHERE NEW.placed_by IS NOT NULL
        UNION ALL
        SELECT leg ->> 'phone', false FROM jsonb_array_elements(NEW.event -> 'legs') AS leg
        WHERE leg ->> 'answeredAt' IS NOT NULL OR (leg ->> 'dialledAt' IS NOT NULL AND leg ->> 'rang' IS DISTINCT FROM 'false')
        UNION ALL
        SELECT talk ->> 'phone', true FROM jsonb_array_elements(NEW.event -> 'talks') AS talk
    ), gone AS (
        DELETE FROM call_phones WHERE call_id = NEW.id AND phone NOT IN (SELECT phone FROM told)
    )
    INSERT INTO call_phones AS known (call_id, phone, talked, started_at, direction, result, own_number)
    SELECT NEW.id, phone, bool_or(talked), NEW.started_at, NEW.direction, NEW.result, NEW.own_number FROM told GROUP BY phone
    ON CONFLICT (call_id, phone) DO UPDATE SET talked = excluded.talked, started_at = excluded.started_at,
        direction = excluded.direction, result = excluded.result, own_number = excluded.own_number
    WHERE (known.talked, known.started_at, known.direction, known.result, known.own_number)
        IS DISTINCT FROM (excluded.talked, excluded.started_at, excluded.direction, excluded.result, excluded.own_number);
    RETURN NULL;
END $$;

CREATE TRIGGER call_phones_follow AFTER INSERT OR UPDATE OF event, placed_by, started_at, direction, result, own_number ON calls
FOR EACH ROW EXECUTE FUNCTION call_phones_follow();

-- Who talked is asked of the new table.
DROP INDEX call_talks_phone;

-- The filters. Of what most calls are, the latest ones are near in the list of all; only what is rare needs an index.
CREATE INDEX calls_unanswered ON calls (direction, result, started_at, id) WHERE result <> 'answered';
CREATE INDEX calls_missed ON calls (own_number, started_at, id) WHERE direction = 'in' AND result = 'missed';
CREATE INDEX calls_lost ON calls (started_at, id) WHERE result = 'lost_in_transfer';
CREATE INDEX calls_going_on ON calls (state, started_at, id) WHERE state <> 'ended';
CREATE INDEX calls_own_number ON calls (own_number, started_at, id) WHERE own_number IS NOT NULL;
CREATE INDEX calls_client ON calls (client_id, started_at, id) WHERE client_id IS NOT NULL;
