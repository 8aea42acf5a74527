CREATE TABLE api_keys (
    id                  uuid PRIMARY KEY,
    version             bigint NOT NULL DEFAULT 1,
    name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    secret_hash         bytea NOT NULL, -- SHA-256 of 256 random bits: nothing to guess, so nothing slower is needed
    permissions         text[] NOT NULL CHECK (cardinality(permissions) > 0),
    requests_per_minute integer NOT NULL CHECK (requests_per_minute BETWEEN 1 AND 60000),
    created_by          uuid NOT NULL, -- an employee, or another key
    created_at          timestamptz NOT NULL,
    expires_at          timestamptz NOT NULL,
    revoked_at          timestamptz,
    last_used_at        timestamptz,
    last_address        text
);

CREATE INDEX api_keys_created ON api_keys (created_at DESC, id);
