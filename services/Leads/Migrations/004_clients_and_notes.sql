-- Clients are found by any part of their name or of a number, and entered by hand; calls have notes.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The name as it is searched in: small letters, and ё as it is mostly written.
ALTER TABLE clients ADD COLUMN name_sought text GENERATED ALWAYS AS (translate(lower(name COLLATE "ru-x-icu"), 'ё', 'е')) STORED;

CREATE INDEX clients_listed ON clients (name COLLATE "ru-x-icu", id) WHERE NOT removed;
CREATE INDEX clients_responsible ON clients (responsible_id, name COLLATE "ru-x-icu", id) WHERE NOT removed;
CREATE INDEX clients_name_sought ON clients USING gin (name_sought gin_trgm_ops) WHERE NOT removed;
CREATE INDEX client_numbers_sought ON client_numbers USING gin (number gin_trgm_ops);

-- Who became a client is no lead any more. The calls of his lead stay with it, and are on the client's history as well.
ALTER TABLE leads ADD COLUMN client_id uuid REFERENCES clients;
ALTER TABLE call_activities DROP CONSTRAINT call_activities_check;
CREATE INDEX call_activities_strangers ON call_activities (number) WHERE client_id IS NULL;

-- Ours who took part: those by whose phones telephony lets somebody see the call. Of older calls only the first who answered and
-- the one who placed it are known.
ALTER TABLE call_activities ADD COLUMN phones text[] NOT NULL DEFAULT '{}';
UPDATE call_activities SET phones = array_remove(ARRAY[placed_by, answered_by], NULL) WHERE placed_by IS NOT NULL OR answered_by IS NOT NULL;

-- One note for each call, whoever talked in it. It may be written before the call is known here.
CREATE TABLE call_notes (
    call_id    uuid PRIMARY KEY,
    version    bigint NOT NULL,
    text       text NOT NULL CHECK (length(text) <= 10000),
    result     text CHECK (result IN ('interested', 'sold', 'refused', 'asked_later', 'service', 'not_a_client')),
    author_id  uuid NOT NULL, -- employee or key: who wrote last
    authors    uuid[] NOT NULL, -- everybody who wrote
    updated_at timestamptz NOT NULL
);
