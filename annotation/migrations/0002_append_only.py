"""What people were asked and what they answered is never changed; a revision is a new row."""

from __future__ import annotations

from django.db import migrations

TABLES = (
    "annotation_formversion",
    "annotation_guidelinesversion",
    "annotation_feedback",
    "annotation_vote",
)

REFUSE = """
CREATE FUNCTION annotation_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed; add a new revision', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""


def _trigger(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION annotation_refuse_update()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("annotation", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION annotation_refuse_update()"),
        *(_trigger(table) for table in TABLES),
        # These rows are rewritten with every claim. Room on their pages keeps the new version beside the old one,
        # which spares every index an entry.
        migrations.RunSQL(
            "ALTER TABLE annotation_campaignannotator SET (fillfactor = 50)",
            "ALTER TABLE annotation_campaignannotator RESET (fillfactor)",
        ),
    ]
