-- Who saw, heard, changed or exported what, when, from where. Rows are added and read, never changed.
CREATE TABLE audit (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id   uuid NOT NULL UNIQUE,
    at          timestamptz NOT NULL,
    written_at  timestamptz NOT NULL DEFAULT now(),
    service     text NOT NULL,
    actor_kind  text NOT NULL,
    actor_id    uuid,
    action      text NOT NULL,
    target_kind text,
    target_id   text,
    address     text,
    outcome     text NOT NULL,
    details     jsonb
);

CREATE INDEX audit_actor ON audit (actor_id, seq DESC);
CREATE INDEX audit_target ON audit (target_kind, target_id, seq DESC);

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();

-- The service's own role may not change what was written, by right and by trigger: whoever gets at it through the service
-- would have to alter the table first.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON audit FROM %I', current_user);
    EXECUTE format('GRANT INSERT, SELECT ON audit TO %I', current_user);
END $$;
