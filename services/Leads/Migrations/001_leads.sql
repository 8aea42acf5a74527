-- A client: an organisation or a person, with every number by which it may call.
CREATE TABLE clients (
    id             uuid PRIMARY KEY,
    version        bigint NOT NULL DEFAULT 1,
    kind           text NOT NULL CHECK (kind IN ('organisation', 'person')),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    responsible_id uuid,
    removed        boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL
);

CREATE TABLE client_numbers (
    number    text NOT NULL CHECK (number ~ '^[1-9][0-9]{7,14}$'),
    client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
    PRIMARY KEY (number, client_id)
);

CREATE INDEX client_numbers_client ON client_numbers (client_id);

-- A potential deal of somebody who is no client yet. One open lead for a number, however many calls come at once.
CREATE TABLE leads (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number    text NOT NULL,
    source    text NOT NULL CHECK (source IN ('incoming_call')),
    opened_at timestamptz NOT NULL, -- the first contact
    closed_at timestamptz
);

CREATE UNIQUE INDEX leads_open ON leads (number) WHERE closed_at IS NULL;

-- The history of communication: so far its calls, one row each, with the newest version that was told.
CREATE TABLE call_activities (
    call_id      uuid PRIMARY KEY,
    call_version bigint NOT NULL,
    client_id    uuid REFERENCES clients,
    lead_id      uuid REFERENCES leads,
    direction    text NOT NULL,
    number       text NOT NULL,
    started_at   timestamptz NOT NULL,
    answered_at  timestamptz,
    ended_at     timestamptz,
    answered_by  text,
    result       text,
    miss_reason  text,
    settled      boolean NOT NULL,
    recording    jsonb,
    CHECK (client_id IS NULL OR lead_id IS NULL)
);

CREATE INDEX call_activities_client ON call_activities (client_id, started_at DESC) WHERE client_id IS NOT NULL;
CREATE INDEX call_activities_lead ON call_activities (lead_id, started_at DESC) WHERE lead_id IS NOT NULL;

-- One open duty to ring back for a client, or for a number while there is no client, whatever the number of misses.
CREATE TABLE callbacks (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id uuid REFERENCES clients,
    number    text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);

CREATE UNIQUE INDEX callbacks_open_client ON callbacks (client_id) WHERE closed_at IS NULL AND client_id IS NOT NULL;
CREATE UNIQUE INDEX callbacks_open_number ON callbacks (number) WHERE closed_at IS NULL AND client_id IS NULL;

CREATE TABLE callback_misses (
    call_id     uuid PRIMARY KEY,
    callback_id uuid NOT NULL REFERENCES callbacks,
    missed_at   timestamptz NOT NULL,
    reason      text NOT NULL
);

CREATE INDEX callback_misses_callback ON callback_misses (callback_id);
