-- Null: made by whoever may command the machine itself (deploy/api-key), whom no employee and no key stands for.
ALTER TABLE api_keys ALTER COLUMN created_by DROP NOT NULL;
