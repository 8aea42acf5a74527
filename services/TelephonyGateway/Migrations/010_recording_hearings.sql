-- Who was last written into the audit log for hearing a recording, and when: a player asks for one in many parts.
CREATE TABLE recording_hearings (
    call_id    uuid NOT NULL REFERENCES calls ON DELETE CASCADE,
    actor_id   uuid NOT NULL, -- employee or key
    written_at timestamptz NOT NULL,
    PRIMARY KEY (call_id, actor_id)
);

CREATE INDEX recording_hearings_written ON recording_hearings (written_at);
