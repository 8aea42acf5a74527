-- Which gateway steers a PBX. term grows by one whenever a gateway takes the lock; whoever writes calls shows the term in which
-- he was given it, and is refused when there is a later one.
CREATE TABLE gateway_term (
    pbx     text PRIMARY KEY,
    term    bigint NOT NULL,
    beat_at timestamptz NOT NULL -- the database's clock, like everything that is compared with it
);
