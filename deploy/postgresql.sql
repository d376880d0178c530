-- What the product may do in its own database, once the tables belong to another role. Run it as that role, the owner,
-- after every `migrate`: psql -v ON_ERROR_STOP=1 -f deploy/postgresql.sql. Running it again changes nothing.
-- The owner's name and password are needed for migrate and this file only; web and worker never hold them. A role that
-- is not the owner can neither drop a trigger nor switch it off, and what is revoked here it cannot even try.
BEGIN;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO screening;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO screening;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO screening;
REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM screening;

-- Appended, never changed and never deleted.
REVOKE UPDATE, DELETE ON intake_auditrecord FROM screening;

-- Appended, never changed; deleted only with a whole record that is erased, which the triggers look at.
REVOKE UPDATE ON intake_revision, intake_packedrecord, intake_reviewentry, intake_signoff, intake_personmatch,
    intake_correction FROM screening;

-- A tombstone stays.
REVOKE UPDATE, DELETE ON intake_erasure FROM screening;

-- A published version can be retired and nothing else.
REVOKE UPDATE, DELETE ON screening_questionnaireversion FROM screening;
GRANT UPDATE (retired_at, retired_by) ON screening_questionnaireversion TO screening;

-- Which migrations ran is for the owner to say.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM screening;

COMMIT;
