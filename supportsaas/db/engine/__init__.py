"""Django's database engine: `django_mongodb_backend`, with two things put right. See `base` and `compiler`."""
