"""Keys that stand among the settings of sources, in the open, become encrypted secrets, and leave the log of changes."""

from typing import Any

from django.db import migrations, models
from pymongo import UpdateOne

from supportsaas import crypto
from tenants.audit.secret_names import find_secret_settings, hide_secrets


def encrypt_keys(apps: Any, schema_editor: Any) -> None:
    """Where a source has no other log-in and one key among its parameters, that becomes its log-in."""
    sources = schema_editor.connection.database["tenants_source"]
    for source in sources.find({"auth": "none", "options.params": {"$exists": True}}):
        params = source["options"]["params"]
        secret = [name for name in params if list(find_secret_settings({name: params[name]})) == [name]]
        if len(secret) != 1 or not isinstance(params[secret[0]], str):
            continue
        options = {**source["options"], "params": {name: params[name] for name in params if name != secret[0]}}
        change = {
            "auth": "query",
            "auth_name": secret[0],
            "encrypted_secret": crypto.encrypt(params[secret[0]]),
            "options": options,
        }
        sources.update_one({"_id": source["_id"], "options": source["options"]}, {"$set": change})


def hide_keys(apps: Any, schema_editor: Any) -> None:
    log = schema_editor.connection.database["audit_log"]
    writes = []
    for entry in log.find({"changes.options": {"$exists": True}}, {"changes.options": 1}):
        before = entry["changes"]["options"]
        after = {side: hide_secrets(text) if isinstance(text, str) else text for side, text in before.items()}
        if after != before:
            writes.append(UpdateOne({"_id": entry["_id"]}, {"$set": {"changes.options": after}}))
    if writes:
        log.bulk_write(writes, ordered=False)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_tests_and_addresses_of_channels")]

    operations = [
        migrations.AlterField(
            model_name="source",
            name="auth",
            field=models.CharField(
                choices=[
                    ("none", "None"),
                    ("header", "Key in a header"),
                    ("bearer", "Bearer token"),
                    ("basic", "User and password (Basic)"),
                    ("query", "Key in the address"),
                ],
                default="none",
                max_length=16,
                verbose_name="log-in",
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="auth_name",
            field=models.CharField(
                blank=True,
                help_text="The header's name (for example X-Redmine-API-Key), the parameter of a key in the address "
                "(for example api_key) or the user of a Basic log-in.",
                max_length=200,
                verbose_name="header, parameter or user name",
            ),
        ),
        migrations.RunPython(encrypt_keys, migrations.RunPython.noop),
        migrations.RunPython(hide_keys, migrations.RunPython.noop),
    ]
