-- Who rings when: data, not code. Staff owns the employees; this is what telephony knows of them.
CREATE TABLE employees (
    id        uuid PRIMARY KEY,
    name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    extension text UNIQUE CHECK (extension ~ '^[0-9]{2,6}$'),
    mobile    text UNIQUE CHECK (mobile ~ '^[1-9][0-9]{7,14}$')
);

CREATE TABLE ring_groups (
    id   uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    -- Which free member is next: by position, or whoever has been idle longest.
    pick text NOT NULL CHECK (pick IN ('order', 'longest_idle'))
);

CREATE TABLE ring_group_members (
    group_id    uuid NOT NULL REFERENCES ring_groups ON DELETE CASCADE,
    employee_id uuid NOT NULL REFERENCES employees,
    position    integer NOT NULL CHECK (position > 0),
    PRIMARY KEY (group_id, employee_id),
    UNIQUE (group_id, position)
);

CREATE TABLE business_hours (
    id        uuid PRIMARY KEY,
    name      text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    time_zone text NOT NULL -- IANA name, for example Europe/Moscow
);

CREATE TABLE business_hours_spans (
    hours_id uuid NOT NULL REFERENCES business_hours ON DELETE CASCADE,
    weekday  integer NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- ISO 8601: 1 is Monday
    opens    time NOT NULL,
    closes   time NOT NULL, -- 24:00 is midnight at the end of the day
    PRIMARY KEY (hours_id, weekday, opens),
    CHECK (closes > opens)
);

-- A day that is not as its weekday: closed when no times are given.
CREATE TABLE business_holidays (
    hours_id uuid NOT NULL REFERENCES business_hours ON DELETE CASCADE,
    day      date NOT NULL,
    name     text NOT NULL,
    opens    time,
    closes   time,
    PRIMARY KEY (hours_id, day),
    CHECK ((opens IS NULL) = (closes IS NULL) AND (closes > opens OR opens IS NULL))
);

CREATE TABLE escalation_rules (
    id           uuid PRIMARY KEY,
    name         text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    ring_seconds numeric(4, 1) NOT NULL DEFAULT 5, -- the national ring cadence; 5 s in Russia
    group_id     uuid REFERENCES ring_groups -- from whom the next manager is taken
);

-- Limits of a step are checked by the program, which names every mistake of a rule at once.
CREATE TABLE escalation_steps (
    rule_id     uuid NOT NULL REFERENCES escalation_rules ON DELETE CASCADE,
    position    integer NOT NULL,
    target      text NOT NULL, -- responsible, next, group, employee, mobile
    employee_id uuid REFERENCES employees,
    rings       integer NOT NULL,
    PRIMARY KEY (rule_id, position)
);

CREATE TABLE trunk_numbers (
    number   text PRIMARY KEY CHECK (number ~ '^[1-9][0-9]{7,14}$'),
    name     text NOT NULL,
    rule_id  uuid NOT NULL REFERENCES escalation_rules,
    hours_id uuid NOT NULL REFERENCES business_hours
);

CREATE FUNCTION routing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY routing;
    RETURN NULL;
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['employees', 'ring_groups', 'ring_group_members', 'business_hours', 'business_hours_spans',
                                'business_holidays', 'escalation_rules', 'escalation_steps', 'trunk_numbers'] LOOP
        EXECUTE format('CREATE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT EXECUTE FUNCTION routing_changed()', name);
    END LOOP;
END $$;

-- The clients' numbers, as Leads' events told of them: a projection, which can be asked for anew at any time.
CREATE TABLE known_clients (
    client_id      uuid PRIMARY KEY,
    version        bigint NOT NULL,
    name           text NOT NULL,
    responsible_id uuid,
    removed        boolean NOT NULL
);

CREATE TABLE known_numbers (
    number    text NOT NULL,
    client_id uuid NOT NULL REFERENCES known_clients ON DELETE CASCADE,
    PRIMARY KEY (number, client_id)
);
