# One image for all of Gazette's processes; docker-compose.yml says which command each one runs.

FROM python:3.11-slim AS packages

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
# Every package is checked against its hash; only ready-made wheels, so no compiler is needed.
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt


FROM python:3.11-slim

# A number, so that platforms which refuse root can see that this is not root.
RUN groupadd --system --gid 10001 gazette \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin gazette \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data

# The application runs from its folder, so the command is two lines of shell and no installed package.
RUN printf '%s\n' '#!/bin/sh' 'exec python -m newsletter.commands "$@"' > /usr/local/bin/gazette \
    && chmod 0755 /usr/local/bin/gazette

COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY LICENSE app.py ./
COPY config ./config
COPY newsletter ./newsletter
COPY tasks ./tasks
COPY templates ./templates

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    GAZETTE_DATA_DIR=/data

# Compiled once here, since the file system is read-only when it runs.
RUN python -m compileall -q app.py config newsletter tasks
ENV PYTHONDONTWRITEBYTECODE=1

USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "config/web_server.py", "app:app"]
