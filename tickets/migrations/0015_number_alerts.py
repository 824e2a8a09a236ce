import django.db.models.deletion
import django_mongodb_backend.fields
from django.db import migrations, models

import supportsaas.clock


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0016_urls_of_mailboxes'),
        ('tickets', '0014_opening_hours'),
    ]

    operations = [
        migrations.CreateModel(
            name='NumberAlert',
            fields=[
                ('id', django_mongodb_backend.fields.ObjectIdAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, help_text='Empty: what the alert watches.', max_length=80)),
                ('metric', models.CharField(choices=[('in_view', 'Tickets in a view'), ('arrived', 'New tickets'), ('negative_share', 'Share of negative tickets'), ('first_reply_p90', 'First reply, 90th percentile'), ('breached', 'Missed targets'), ('past_due', 'Open tickets past due'), ('due_soon', 'Open tickets due within 4 hours'), ('incident', 'Customers in an incident')], max_length=24, verbose_name='number')),
                ('window_hours', models.PositiveSmallIntegerField(choices=[(1, 'the last hour'), (24, 'the last 24 hours'), (168, 'the last 7 days')], default=24, verbose_name='over')),
                ('direction', models.CharField(choices=[('above', 'Above'), ('below', 'Below')], default='above', max_length=8)),
                ('threshold', models.FloatField(blank=True, null=True, verbose_name='limit')),
                ('channels', models.JSONField(blank=True, default=list)),
                ('enabled', models.BooleanField(default=True, verbose_name='on')),
                ('muted_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(default=supportsaas.clock.now, editable=False)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='number_alerts', to='tenants.tenant')),
                ('view', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='number_alerts', to='tickets.savedview')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'indexes': [models.Index(fields=['tenant', 'created_at', 'id'], name='number_alerts_of_tenant')],
            },
        ),
    ]
