-- What managers asked the PBX to dial for them: to take over a ringing call, or to ring a number. Written before the PBX is
-- asked, so that a click is never dialled twice, whatever fails in between.
CREATE TABLE diallings (
    -- The channel that the PBX makes bears it behind the system name.
    id              uuid PRIMARY KEY,
    version         bigint NOT NULL DEFAULT 1,
    pbx             text NOT NULL,
    employee_id     uuid NOT NULL,
    idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 100),
    purpose         text NOT NULL CHECK (purpose IN ('take', 'call')),
    phone           text NOT NULL,
    channel         text NOT NULL,
    -- The call that is to be taken, and its channel; or the call that this makes.
    call_id         uuid NOT NULL,
    anchor          text NOT NULL,
    number          text,
    own_number      text,
    stage           text NOT NULL,
    outcome         text NOT NULL,
    asked_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    UNIQUE (employee_id, idempotency_key),
    CHECK ((ended_at IS NULL) = (stage <> 'ended')),
    CHECK ((purpose = 'call') = (number IS NOT NULL))
);

-- Of two who take one call at the same moment one wins; two never ring one number; a phone rings for one click.
CREATE UNIQUE INDEX diallings_taker ON diallings (call_id) WHERE purpose = 'take' AND ended_at IS NULL;
CREATE UNIQUE INDEX diallings_number ON diallings (number) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX diallings_phone ON diallings (pbx, phone) WHERE stage IN ('asked', 'phone_rings', 'connecting');
CREATE INDEX diallings_running ON diallings (pbx) WHERE ended_at IS NULL;
