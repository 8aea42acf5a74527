-- What people say of themselves: ready, or not for a while, or not until they say otherwise. Whoever has no row is ready.
CREATE TABLE employee_states (
    employee_id uuid PRIMARY KEY REFERENCES employees ON DELETE CASCADE,
    state       text NOT NULL CHECK (state IN ('ready', 'paused', 'away')),
    reason      text,
    since       timestamptz NOT NULL,
    until       timestamptz, -- a pause is over by itself
    CHECK ((state = 'paused') = (reason IS NOT NULL AND until IS NOT NULL)),
    CHECK (state = 'paused' OR (reason IS NULL AND until IS NULL))
);

CREATE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON employee_states FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
