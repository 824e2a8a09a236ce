from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0016_urls_of_mailboxes")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="single_keys_off",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="without shortcuts of a single key"
            ),
        ),
    ]
