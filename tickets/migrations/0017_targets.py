import django.db.models.deletion
import django_mongodb_backend.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0016_urls_of_mailboxes'),
        ('tickets', '0016_resolution_is_a_clock'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceTarget',
            fields=[
                ('id', django_mongodb_backend.fields.ObjectIdAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('clock', models.CharField(choices=[('first_reply', 'First reply'), ('next_reply', 'Next reply'), ('resolution', 'Resolution')], default='first_reply', max_length=16)),
                ('length', models.PositiveIntegerField(verbose_name='within')),
                ('unit', models.CharField(choices=[('minutes', 'Minutes'), ('hours', 'Hours'), ('days', 'Days')], default='hours', max_length=8)),
                ('in_business_hours', models.BooleanField(default=False, verbose_name='in business hours')),
                ('pauses', models.BooleanField(default=False, verbose_name='pauses while it waits for the customer')),
                ('conditions', models.JSONField(blank=True, default=dict)),
                ('enabled', models.BooleanField(default=True, verbose_name='on')),
                ('position', models.IntegerField(editable=False, null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='service_targets', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'target',
                'ordering': ['position', 'id'],
                'indexes': [models.Index(fields=['tenant', 'position', 'id'], name='targets_of_tenant')],
            },
        ),
    ]
