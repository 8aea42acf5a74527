-- The id is made from these two already. A second unique index is one that ON CONFLICT (id) does not look at: two gateways
-- that stored the same new call at the same moment made one of them fail with its whole batch.
ALTER TABLE calls DROP CONSTRAINT calls_pbx_uniqueid_key;
