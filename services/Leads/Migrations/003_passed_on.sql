-- The call from whose conversation a callback was passed on: that conversation does not settle it.
ALTER TABLE callback_requests ADD COLUMN from_call uuid;

CREATE INDEX callback_requests_from_call ON callback_requests (from_call) WHERE from_call IS NOT NULL;

-- Calls that are going on are few: the one in which a client is talked to is found among them.
CREATE INDEX call_activities_unsettled ON call_activities (number) WHERE NOT settled;
