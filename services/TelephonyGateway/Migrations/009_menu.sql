-- A caller's way through a voice menu; all null for a call that passed none.
ALTER TABLE calls
    ADD COLUMN menu_entered_at timestamptz,
    ADD COLUMN menu_left_at    timestamptz, -- to be rung for; null when he never came so far
    ADD COLUMN menu_path       text,        -- what he chose, dashes between; empty when nothing
    ADD CHECK ((menu_entered_at IS NULL) = (menu_path IS NULL));
