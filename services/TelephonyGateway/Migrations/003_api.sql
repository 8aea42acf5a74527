-- What others read and change over gRPC.

-- Whose calls a head of a team sees; Staff owns it.
ALTER TABLE employees ADD COLUMN team text CHECK (length(team) BETWEEN 1 AND 100);

-- Grows with every change, so that of two people who change the same thing the second learns of the first.
ALTER TABLE ring_groups ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE business_hours ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE escalation_rules ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE trunk_numbers ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- Lists go on behind the last call of a page, by its start and, of calls that began together, its id.
CREATE INDEX calls_listed ON calls (started_at, id);
CREATE INDEX calls_history ON calls (party_number, started_at, id) WHERE party_number IS NOT NULL;
DROP INDEX calls_started;
DROP INDEX calls_party;
CREATE INDEX call_talks_phone ON call_talks (phone);
