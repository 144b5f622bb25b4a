# syntax=docker/dockerfile:1
FROM python:3.11-slim AS packages
WORKDIR /srv/passage
COPY requirements.txt requirements-node.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

# Style sheets and message catalogs are built here; Node.js stays behind.
FROM packages AS built
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-node.txt
COPY . .
RUN /opt/venv/bin/python scripts/build_frontend.py \
    && /opt/venv/bin/python -m scripts.compile_messages \
    && rm -rf node_modules

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 passage && install -d -o passage -g passage /var/lib/passage
COPY --from=packages /opt/venv /opt/venv
COPY --from=built /srv/passage /srv/passage
WORKDIR /srv/passage
USER passage
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 STATE_DIR=/var/lib/passage
VOLUME /var/lib/passage
EXPOSE 8000
CMD ["gunicorn", "-c", "portal/gunicorn_conf.py", "portal.asgi:application"]
