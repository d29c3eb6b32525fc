"""Sets that models are evaluated on, and evaluations. A ready set keeps what it holds: a trigger refuses to change it."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE FUNCTION trainer_bridge_evaluation_set_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ready' AND ROW(NEW.state, NEW.layout, NEW.snapshot_id, NEW.uploads, NEW.counts, NEW.content_hash)
            IS DISTINCT FROM ROW(OLD.state, OLD.layout, OLD.snapshot_id, OLD.uploads, OLD.counts, OLD.content_hash) THEN
        RAISE EXCEPTION 'Evaluation set % is ready and what it holds can no longer change.', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER trainer_bridge_evaluation_set_is_immutable BEFORE UPDATE ON trainer_bridge_evaluationset
    FOR EACH ROW EXECUTE FUNCTION trainer_bridge_evaluation_set_is_immutable();
"""
DROP = """
DROP TRIGGER trainer_bridge_evaluation_set_is_immutable ON trainer_bridge_evaluationset;
DROP FUNCTION trainer_bridge_evaluation_set_is_immutable();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0007_drafts'),
        ('curation', '0009_judges_immutable'),
        ('jobs', '0002_tries_that_get_further'),
        ('projects', '0001_initial'),
        ('trainer_bridge', '0002_methods_launchers_stages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvaluationSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('layout', models.CharField(blank=True, choices=[('rewardbench', 'RewardBench'), ('rewardbench_2', 'RewardBench 2'), ('rm_bench', 'RM-Bench'), ('rmb_pairwise', 'RMB pairs'), ('rmb_best_of_n', 'RMB best of n'), ('preferences', 'Preference pairs'), ('snapshot', 'Test split of a snapshot')], max_length=20)),
                ('uploads', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('building', 'Building'), ('ready', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='building', max_length=10)),
                ('automatic', models.BooleanField(default=False)),
                ('counts', models.JSONField(default=dict)),
                ('content_hash', models.CharField(blank=True, max_length=64)),
                ('error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evaluation_sets', to='projects.project')),
                ('snapshot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evaluation_sets', to='curation.snapshot')),
            ],
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reward_accuracy', 'Reward model accuracy'), ('invariance', 'Length and style invariance'), ('implicit_reward', 'Implicit reward of a policy'), ('judge_win_rate', 'Win rate by a judge'), ('side_by_side', 'Side by side with people')], max_length=20)),
                ('params', models.JSONField(default=dict)),
                ('params_key', models.CharField(max_length=32)),
                ('automatic', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('counts', models.JSONField(default=dict)),
                ('leak', models.JSONField(default=dict)),
                ('metrics', models.JSONField(default=dict)),
                ('provenance', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('against', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trainer_bridge.modelversion')),
                ('campaign', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='annotation.campaign')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('judge', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='curation.judge')),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='trainer_bridge.modelversion')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evaluations', to='projects.project')),
                ('evaluation_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='trainer_bridge.evaluationset')),
            ],
        ),
        migrations.AddIndex(
            model_name='evaluationset',
            index=models.Index(fields=['project', '-id'], name='evaluation_set_by_project'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='evaluation_set_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['building', 'ready', 'failed', 'cancelled'])), name='evaluation_set_state_known'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.CheckConstraint(condition=models.Q(('layout__in', ['', 'rewardbench', 'rewardbench_2', 'rm_bench', 'rmb_pairwise', 'rmb_best_of_n', 'preferences', 'snapshot'])), name='evaluation_set_layout_known'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('layout', 'snapshot'), ('snapshot__isnull', False)), models.Q(models.Q(('layout', 'snapshot'), _negated=True), ('snapshot', None)), _connector='OR'), name='evaluation_set_of_a_snapshot_has_one'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('content_hash', ''), _negated=True), models.Q(('layout', ''), _negated=True)), _connector='OR'), name='ready_evaluation_set_is_named_by_its_content'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('building', 'ready'))), fields=('project', 'name'), name='one_evaluation_set_per_name'),
        ),
        migrations.AddConstraint(
            model_name='evaluationset',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('building', 'ready'))), fields=('snapshot',), name='one_evaluation_set_per_snapshot'),
        ),
        migrations.AddIndex(
            model_name='evaluation',
            index=models.Index(fields=['project', '-id'], name='evaluation_by_project'),
        ),
        migrations.AddConstraint(
            model_name='evaluation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['reward_accuracy', 'invariance', 'implicit_reward', 'judge_win_rate', 'side_by_side'])), name='evaluation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='evaluation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'succeeded', 'failed', 'cancelled'])), name='evaluation_state_known'),
        ),
        migrations.AddConstraint(
            model_name='evaluation',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('queued', 'running', 'succeeded'))), fields=('model', 'evaluation_set', 'kind', 'params_key'), name='one_current_evaluation'),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
