"""A ready snapshot never changes: not its name, not its steps, not what it holds."""

from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION curation_snapshot_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ready' AND ROW(NEW.*) IS DISTINCT FROM ROW(OLD.*) THEN
        RAISE EXCEPTION 'Snapshot % is ready and can no longer change.', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER curation_snapshot_is_immutable BEFORE UPDATE ON curation_snapshot
    FOR EACH ROW EXECUTE FUNCTION curation_snapshot_is_immutable();
"""
DROP = """
DROP TRIGGER curation_snapshot_is_immutable ON curation_snapshot;
DROP FUNCTION curation_snapshot_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0002_signals_recipes_snapshots")]
    operations = [migrations.RunSQL(CREATE, DROP)]
