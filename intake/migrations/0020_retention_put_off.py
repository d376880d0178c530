from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0019_invitation_issue'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinic',
            name='retention_before',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='clinic',
            name='retention_counts_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='securitynotice',
            name='kind',
            field=models.CharField(choices=[('emergency', 'Emergency access'), ('own_role', 'A role given to oneself'), ('retention', 'Answers kept for a shorter time')], max_length=16),
        ),
    ]
