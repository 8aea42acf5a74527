-- One row for each call, whatever its legs. uniqueid holds the PBX's system name, which is secret: it never leaves here.
CREATE TABLE calls (
    id             uuid PRIMARY KEY,
    pbx            text NOT NULL,
    uniqueid       text NOT NULL,
    version        bigint NOT NULL,
    direction      text NOT NULL,
    state          text NOT NULL,
    settled        boolean NOT NULL,
    result         text,
    miss_reason    text,
    own_number     text,
    party          text NOT NULL,
    party_number   text,
    party_shown    text,
    client_id      uuid,
    placed_by      text,
    started_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    ended_at       timestamptz,
    answered_by    text,
    party_hung_up  boolean NOT NULL,
    out_of_hours   boolean NOT NULL,
    fallback       boolean NOT NULL,
    cut            boolean NOT NULL,
    taken_over     boolean NOT NULL,
    -- What is published of it (without its version), and digests by which news are told from repetitions: of all of it,
    -- and of what other services wait for. Every piece of news goes into the change log; only the latter onto the broker.
    event          jsonb NOT NULL,
    digest         text NOT NULL,
    headline       text NOT NULL,
    -- What the gateway told the PBX to do and why, as it was decided; null when the PBX rang on its own.
    plan           jsonb,
    transfers      jsonb NOT NULL,
    recording_file text,
    recording_checked boolean NOT NULL DEFAULT false,
    UNIQUE (pbx, uniqueid)
);

CREATE INDEX calls_started ON calls (started_at);
CREATE INDEX calls_party ON calls (party_number, started_at) WHERE party_number IS NOT NULL;
CREATE INDEX calls_unsettled ON calls (started_at) WHERE NOT settled;
CREATE INDEX calls_recording_unchecked ON calls (ended_at) WHERE settled AND NOT recording_checked;

CREATE TABLE call_legs (
    call_id     uuid NOT NULL REFERENCES calls ON DELETE CASCADE,
    position    integer NOT NULL,
    phone       text NOT NULL,
    channel     text,
    step        integer,
    dialled_at  timestamptz,
    rang        boolean,
    answered_at timestamptz,
    ended_at    timestamptz,
    result      text,
    PRIMARY KEY (call_id, position)
);

CREATE TABLE call_talks (
    call_id  uuid NOT NULL REFERENCES calls ON DELETE CASCADE,
    position integer NOT NULL,
    phone    text NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (call_id, position)
);

CREATE TABLE recordings (
    call_id    uuid PRIMARY KEY REFERENCES calls ON DELETE CASCADE,
    file       text,
    state      text NOT NULL,
    bytes      bigint,
    seconds    numeric(10, 3),
    sha256     text,
    checked_at timestamptz NOT NULL
);

-- How far the PBX's own event log was read: the file by its first line, and the place before which every call is settled.
CREATE TABLE log_positions (
    pbx      text PRIMARY KEY,
    head     text NOT NULL,
    position bigint NOT NULL,
    read_at  timestamptz NOT NULL
);
