import django.db.models.deletion
import django_mongodb_backend.fields
import tickets.helpdesks.model
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0012_labels_of_channels_and_sources'),
    ]

    operations = [
        migrations.AlterField(
            model_name='source',
            name='auth',
            field=models.CharField(choices=[('none', 'None'), ('header', 'API key in a header'), ('bearer', 'Bearer token'), ('basic', 'User name and password (Basic)'), ('basic_key', 'API key as the user name (Basic)'), ('query', 'API key in the URL'), ('oauth2', 'OAuth 2')], default='none', max_length=16, verbose_name='authentication'),
        ),
        migrations.AlterField(
            model_name='source',
            name='kind',
            field=models.CharField(choices=tickets.helpdesks.model.kind_choices, default='house', max_length=16),
        ),
        migrations.AddField(
            model_name='source',
            name='expires_on',
            field=models.DateField(blank=True, help_text='The day on which the key or password ends, if it does. You are reminded 30 and 7 days before.', null=True, verbose_name='key valid until'),
        ),
        migrations.CreateModel(
            name='HelpdeskToken',
            fields=[
                ('id', django_mongodb_backend.fields.ObjectIdAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=32)),
                ('encrypted_tokens', models.TextField()),
                ('renew_at', models.DateTimeField()),
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.source')),
            ],
        ),
    ]
