CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Ours, dismissed ones included: what they did keeps their names.
CREATE TABLE employees (
    id           uuid PRIMARY KEY,
    version      bigint NOT NULL DEFAULT 1,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    sign_in_name text CHECK (sign_in_name = lower(sign_in_name) AND length(sign_in_name) BETWEEN 2 AND 64),
    roles        text[] NOT NULL,
    team         text CHECK (length(team) BETWEEN 1 AND 100),
    extension    text CHECK (extension ~ '^[0-9]{2,6}$'),
    mobile       text CHECK (mobile ~ '^[1-9][0-9]{7,14}$'),
    visibility   text NOT NULL CHECK (visibility IN ('own', 'team', 'all')),
    time_zone    text NOT NULL, -- IANA name, for example Europe/Moscow
    dismissed    boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL
);

-- A name to sign in with, a phone and a mobile mean one person; a dismissed one gives them back.
CREATE UNIQUE INDEX employees_sign_in_name ON employees (sign_in_name) WHERE NOT dismissed;
CREATE UNIQUE INDEX employees_extension ON employees (extension) WHERE NOT dismissed;
CREATE UNIQUE INDEX employees_mobile ON employees (mobile) WHERE NOT dismissed;

CREATE TABLE employee_hours (
    employee_id   uuid NOT NULL REFERENCES employees ON DELETE CASCADE,
    weekday       integer NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- ISO 8601: 1 is Monday
    opens_minute  integer NOT NULL CHECK (opens_minute BETWEEN 0 AND 1439),
    closes_minute integer NOT NULL CHECK (closes_minute BETWEEN 1 AND 1440),
    PRIMARY KEY (employee_id, weekday, opens_minute),
    CHECK (closes_minute > opens_minute)
);

-- The groups themselves belong to telephony's routing.
CREATE TABLE employee_groups (
    employee_id uuid NOT NULL REFERENCES employees ON DELETE CASCADE,
    group_id    uuid NOT NULL,
    position    integer NOT NULL CHECK (position > 0),
    PRIMARY KEY (employee_id, group_id)
);

CREATE TABLE employee_absences (
    employee_id uuid NOT NULL REFERENCES employees ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('holiday', 'sick')),
    first_day   date NOT NULL,
    last_day    date NOT NULL, -- inclusive
    CHECK (last_day >= first_day),
    EXCLUDE USING gist (employee_id WITH =, daterange(first_day, last_day, '[]') WITH &&)
);

-- A request that creates something and is sent twice creates it once.
CREATE TABLE idempotency_keys (
    caller       text NOT NULL,
    key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
    request_hash bytea NOT NULL,
    created_id   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);

CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
