-- The queue's first lines are found without reading all that is open: of those equally often tried, the longest waiting first;
-- and one's own.
CREATE INDEX callbacks_order ON callbacks (tries, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX callbacks_ringer ON callbacks ((coalesce(assigned_to, responsible_id))) WHERE closed_at IS NULL;
DROP INDEX callbacks_open;
