import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0020_retention_put_off'),
    ]

    operations = [
        migrations.CreateModel(
            name='RoleOffer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('clinician', 'Clinician'), ('front_desk', 'Front desk'), ('admin', 'Administrator'), ('auditor', 'Auditor')], max_length=16)),
                ('offered_at', models.DateTimeField()),
                ('mailed_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_offers', to='intake.clinic')),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_offers', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'clinic', 'role'), name='role_offer_unique', violation_error_message='This person was asked to take on this role already.'), models.CheckConstraint(condition=models.Q(('role__in', ['admin', 'auditor', 'clinician', 'front_desk'])), name='role_offer_role_known', violation_error_message='Choose one of the roles.')],
            },
        ),
    ]
