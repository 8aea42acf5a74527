-- Staff owns the employees and tells of them by events; what stands here is telephony's own copy, which can be asked for anew.

ALTER TABLE employees
    -- As Staff counts; 0 is a first value of which Staff has not told anything yet.
    ADD COLUMN version         bigint NOT NULL DEFAULT 0,
    ADD COLUMN time_zone       text, -- IANA name; null when none is known
    ADD COLUMN dismissed       boolean NOT NULL DEFAULT false,
    -- When the phone became his as far as was told: of several who have the same one, the last has it.
    ADD COLUMN extension_claim bigint NOT NULL DEFAULT 0,
    ADD COLUMN mobile_claim    bigint NOT NULL DEFAULT 0,
    -- A phone moves from one to another by two events, which come in any order.
    DROP CONSTRAINT employees_extension_key,
    DROP CONSTRAINT employees_mobile_key;

CREATE SEQUENCE employee_claims;

CREATE TABLE employee_hours (
    employee_id uuid NOT NULL REFERENCES employees ON DELETE CASCADE,
    weekday     integer NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- ISO 8601: 1 is Monday
    opens       time NOT NULL,
    closes      time NOT NULL, -- 24:00 is midnight at the end of the day
    PRIMARY KEY (employee_id, weekday, opens),
    CHECK (closes > opens)
);

-- Not why: telephony need not know who is ill.
CREATE TABLE employee_absences (
    employee_id uuid NOT NULL REFERENCES employees ON DELETE CASCADE,
    first_day   date NOT NULL,
    last_day    date NOT NULL, -- inclusive
    PRIMARY KEY (employee_id, first_day),
    CHECK (last_day >= first_day)
);

CREATE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON employee_hours FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON employee_absences FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();

-- Staff says who stands in which group; a group of which telephony knows nothing yet, or no more, is no reason to forget it.
-- Two of one group may have the same position.
ALTER TABLE ring_group_members
    DROP CONSTRAINT ring_group_members_group_id_fkey,
    DROP CONSTRAINT ring_group_members_group_id_position_key,
    DROP CONSTRAINT ring_group_members_position_check;

-- A rule may name somebody before Staff has told of him.
ALTER TABLE escalation_steps DROP CONSTRAINT escalation_steps_employee_id_fkey;

-- The employees with the phones that are theirs now.
CREATE VIEW known_employees AS
SELECT id, version, name, team, time_zone, dismissed,
       CASE row_number() OVER (PARTITION BY extension ORDER BY extension_claim DESC, id) WHEN 1 THEN extension END AS extension,
       CASE row_number() OVER (PARTITION BY mobile ORDER BY mobile_claim DESC, id) WHEN 1 THEN mobile END AS mobile
FROM employees;
