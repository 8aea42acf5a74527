-- What readers that resume need: which store this is (a copy put back from a backup must be given another epoch, or
-- readers would wait for positions that never come), and up to where old rows are gone.
CREATE TABLE change_log (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch      uuid NOT NULL DEFAULT gen_random_uuid(),
    trimmed_tx xid8 NOT NULL DEFAULT '0'
);

INSERT INTO change_log DEFAULT VALUES;

CREATE INDEX changes_read ON changes (kind, tx, seq);
