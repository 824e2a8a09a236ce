import django.db.models.deletion
import django_mongodb_backend.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0006_what_a_manager_does'),
        ('tickets', '0006_words_with_signs'),
    ]

    operations = [
        migrations.CreateModel(
            name='StatusMapping',
            fields=[
                ('id', django_mongodb_backend.fields.ObjectIdAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('theirs', models.CharField(max_length=100, verbose_name='status in the helpdesk')),
                ('folded', models.CharField(editable=False, max_length=300)),
                ('ours', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('pending', 'Pending'), ('on_hold', 'On hold'), ('resolved', 'Resolved'), ('closed', 'Closed')], max_length=16, verbose_name='means')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_mappings', to='tenants.tenant')),
            ],
            options={
                'ordering': ['folded'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'folded'), name='one_meaning_a_status')],
            },
        ),
    ]
