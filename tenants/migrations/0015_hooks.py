import django.db.models.deletion
import django_mongodb_backend.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0014_several_connections'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hook',
            fields=[
                ('id', django_mongodb_backend.fields.ObjectIdAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('encrypted_token', models.TextField(editable=False)),
                ('encrypted_secret', models.TextField(blank=True, editable=False)),
                ('called_at', models.DateTimeField(editable=False, null=True)),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('rejected_at', models.DateTimeField(editable=False, null=True)),
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='hook', to='tenants.source')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
