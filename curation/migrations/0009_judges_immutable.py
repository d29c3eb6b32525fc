"""A judge never changes, so that what it said can be traced to it; archiving it is all that is left."""

from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION curation_judge_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before curation_judge := OLD;
BEGIN
    before.archived_at := NEW.archived_at;
    IF ROW(NEW.*) IS DISTINCT FROM ROW(before.*) THEN
        RAISE EXCEPTION 'Judge % never changes; make a new version of it.', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER curation_judge_is_immutable BEFORE UPDATE ON curation_judge
    FOR EACH ROW EXECUTE FUNCTION curation_judge_is_immutable();
"""
DROP = """
DROP TRIGGER curation_judge_is_immutable ON curation_judge;
DROP FUNCTION curation_judge_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0008_judges")]
    operations = [migrations.RunSQL(CREATE, DROP)]
