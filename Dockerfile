FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 SUPPORTSAAS_DATA_DIR=/srv/data

# The code belongs to root and is only read; all that the product may write is its data directory.
RUN useradd --system --uid 1000 --home-dir /srv/data app && install -d -o app /srv/data && install -d /srv/app
WORKDIR /srv/app

# eldc has no wheel for Linux on ARM, so it is compiled there.
RUN [ "$(uname -m)" = x86_64 ] || { apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev; }
COPY requirements.txt ./
RUN pip install --no-deps --require-hashes --requirement requirements.txt

COPY . .
RUN chmod -R a+rX,go-w .
USER app
# Needs settings that can be read, and no database.
RUN MONGODB_URI=mongodb://127.0.0.1:9 SECRET_KEY=for-collectstatic-alone \
    ENCRYPTION_KEY="$(python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
    python manage.py collectstatic --no-input

EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py", "supportsaas.wsgi"]
