-- What the PBX wrote down by itself, to hold our calls against. Nothing here is made from our own record.

CREATE TABLE ledger_witnesses (
    pbx        text NOT NULL,
    witness    text NOT NULL, -- cel, cdr
    head       text,          -- the file by its first line; null while there is none
    position   bigint NOT NULL,
    since      timestamptz NOT NULL, -- of what was before, this witness tells nothing
    read_until timestamptz,          -- null: never read to its end
    PRIMARY KEY (pbx, witness)
);

-- uniqueid holds the PBX's system name, which is secret: it never leaves here.
CREATE TABLE ledger_calls (
    id        uuid PRIMARY KEY, -- the call's identity in calls, whether it is there or not
    pbx       text NOT NULL,
    uniqueid  text NOT NULL,
    at        timestamptz NOT NULL,
    in_cel    boolean NOT NULL, -- CEL saw the channel
    announced boolean NOT NULL, -- and the dialplan made a call of it: CRM_INCOMING, CRM_OUTGOING, CRM_INTERNAL
    in_cdr    boolean NOT NULL
);

CREATE INDEX ledger_calls_at ON ledger_calls (pbx, at);

-- Times in which a witness cannot be relied on.
CREATE TABLE ledger_faults (
    pbx      text NOT NULL,
    witness  text NOT NULL,
    kind     text NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (pbx, witness, kind, began_at)
);

CREATE INDEX ledger_faults_ended ON ledger_faults (pbx, ended_at);

-- When a call was first stored. One that was over long before was filled in afterwards. Unknown for those of earlier versions.
ALTER TABLE calls ADD COLUMN recorded_at timestamptz;
ALTER TABLE calls ALTER COLUMN recorded_at SET DEFAULT now();

-- Every call that anybody knows of, and who does.
CREATE VIEW ledger AS
SELECT told.pbx, told.id, told.uniqueid, told.at, told.in_cel, told.announced, told.in_cdr, calls.id IS NOT NULL AS in_calls,
    calls.ended_at, calls.recorded_at, coalesce(calls.cut, false) AS cut
FROM ledger_calls told LEFT JOIN calls ON calls.id = told.id
UNION ALL
SELECT calls.pbx, calls.id, calls.uniqueid, calls.started_at, false, false, false, true, calls.ended_at, calls.recorded_at, calls.cut
FROM calls WHERE NOT EXISTS (SELECT FROM ledger_calls told WHERE told.id = calls.id);
