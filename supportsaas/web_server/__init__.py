"""The worker of gunicorn that the product runs with: see `worker`. It knows no Django."""
