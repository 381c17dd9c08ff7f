# SignFlow: one image for web, worker and clock. `docker build .` makes it; `--target standin` makes Setu's stand-in.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS python
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/venv/bin:$PATH \
    TZ=UTC
RUN groupadd --gid 10001 signflow \
    && useradd --uid 10001 --gid signflow --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin signflow \
    && install -d -o signflow -g signflow -m 0700 /var/lib/signflow
WORKDIR /app

# --- Setu's stand-in: it can forge signatures, so it has an image of its own ------------------------------
FROM python AS standin
COPY requirements-standin.txt ./
RUN python -m venv /venv \
    && pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-standin.txt
COPY tests/__init__.py tests/
COPY tests/standin/ tests/standin/
USER 10001:10001
EXPOSE 8100 8101
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8100/healthz', timeout=4)"]
CMD ["python", "-m", "tests.standin", "--host", "0.0.0.0", "--public-url", "http://localhost:8100", "--download-url", "http://127.0.0.1:8101"]

# --- Packages, and static files collected -----------------------------------------------------------------
FROM python AS build
COPY requirements.txt ./
RUN python -m venv /venv \
    && pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY manage.py gunicorn.conf.py ./
COPY core/ core/
COPY signing/ signing/
COPY webhooks/ webhooks/
COPY signflow/ signflow/
# For this command only: the secrets that development makes go with their folder.
RUN SIGNFLOW_DEV=1 SIGNFLOW_VAR=/tmp/build python manage.py collectstatic --no-input \
    && rm -rf /tmp/build \
    && python -m compileall -q .

# --- Production --------------------------------------------------------------------------------------------
FROM python AS production
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV DJANGO_SETTINGS_MODULE=signflow.settings \
    SIGNFLOW_VAR=/var/lib/signflow \
    WEB_HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-m", "signflow.healthcheck"]
CMD ["python", "-m", "signflow.serve"]
