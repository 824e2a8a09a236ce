import django.db.models.deletion
import django_mongodb_backend.fields
from django.db import migrations, models

import tenants.models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0016_urls_of_mailboxes'),
        ('tickets', '0013_progress_of_walks'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', django_mongodb_backend.fields.ObjectIdAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('timezone', models.CharField(blank=True, help_text="Empty: the tenant's.", max_length=64, validators=[tenants.models.validate_timezone], verbose_name='time zone')),
                ('week', models.CharField(max_length=700, verbose_name='weekly hours')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country of public holidays')),
                ('region', models.CharField(blank=True, max_length=64, verbose_name='region')),
                ('closed_days', models.JSONField(blank=True, default=list, verbose_name='closed days')),
                ('worked_days', models.JSONField(blank=True, default=list, verbose_name='working days')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'business hours',
                'verbose_name_plural': 'business hours',
                'constraints': [models.UniqueConstraint(fields=('tenant',), name='one_opening_hours_a_tenant')],
            },
        ),
    ]
