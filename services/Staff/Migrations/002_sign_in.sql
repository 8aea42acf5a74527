-- What an employee signs in with; one without a row cannot.
CREATE TABLE accounts (
    employee_id    uuid PRIMARY KEY REFERENCES employees,
    password_hash  text NOT NULL,
    one_time       boolean NOT NULL, -- good for nothing but choosing another
    one_time_until timestamptz,
    totp_secret    bytea, -- encrypted
    totp_confirmed boolean NOT NULL DEFAULT false,
    totp_last_step bigint NOT NULL DEFAULT 0, -- a code of this step or an earlier one is no longer taken
    CHECK (totp_secret IS NOT NULL OR NOT totp_confirmed)
);

CREATE TABLE recovery_codes (
    employee_id uuid NOT NULL REFERENCES accounts,
    code_hash   bytea NOT NULL,
    PRIMARY KEY (employee_id, code_hash)
);

-- How many guesses are left, and since when. Names and addresses stand here as hashes: people type passwords into the
-- field for the name.
CREATE TABLE guess_limits (
    scope         text NOT NULL CHECK (scope IN ('address', 'account', 'pair')),
    key           bytea NOT NULL,
    filled        double precision, -- a bucket's content when it was last touched; null in a pair
    failures      integer NOT NULL DEFAULT 0, -- of a pair, since its last success
    blocked_until timestamptz,
    touched_at    timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE INDEX guess_limits_touched ON guess_limits (touched_at);

-- Where an employee has signed in from before: what strangers guess elsewhere does not stop him there.
CREATE TABLE known_addresses (
    employee_id uuid NOT NULL REFERENCES accounts,
    address     text NOT NULL,
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (employee_id, address)
);

-- A sign-in that is not finished: the password was right, something else is still to be shown.
CREATE TABLE sign_in_challenges (
    token_hash    bytea PRIMARY KEY,
    employee_id   uuid NOT NULL REFERENCES accounts,
    device        text NOT NULL,
    stage         text NOT NULL CHECK (stage IN ('second_factor', 'new_password')),
    password_hash text NOT NULL, -- as it was: a password that was changed meanwhile ends the challenge
    expires_at    timestamptz NOT NULL
);

CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    employee_id  uuid NOT NULL REFERENCES employees,
    address      text NOT NULL,
    device       text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    idle_until   timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_why  text CHECK (revoked_why IN ('signed_out', 'revoked', 'password_changed', 'access_reset', 'dismissed', 'token_reused')),
    CHECK ((revoked_at IS NULL) = (revoked_why IS NULL))
);

CREATE INDEX sessions_employee ON sessions (employee_id, created_at DESC);

-- Every refresh token of a session. A used one that is shown again was stolen: by whom, cannot be told.
CREATE TABLE session_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    used       boolean NOT NULL DEFAULT false
);

CREATE INDEX session_tokens_session ON session_tokens (session_id);

-- Keys that access tokens are signed with: published first, signing then, published for a while longer.
CREATE TABLE signing_keys (
    kid             text PRIMARY KEY,
    private_key     bytea NOT NULL, -- PKCS#8, encrypted
    signs_from      timestamptz NOT NULL,
    signs_until     timestamptz NOT NULL,
    published_until timestamptz NOT NULL,
    CHECK (signs_from < signs_until AND signs_until < published_until)
);
