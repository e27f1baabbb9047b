# One image for every service and role: `labour-warning up SERVICE --role api|worker`, `labour-warning migrate SERVICE`.
# The tag says what it is, the digest fixes it. Both are from Docker's own list of official images, docker-library/repo-info.
FROM python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3 AS build

WORKDIR /src
# The base's own pip installs from outside, so that the environment that is shipped has none.
RUN python -m venv --without-pip /opt/labour-warning
COPY deploy/requirements.lock deploy/
# Wheels alone: whatever would need a compiler fails here instead of bringing one.
RUN pip --python /opt/labour-warning/bin/python --disable-pip-version-check install --no-cache-dir \
      --only-binary :all: --require-hashes -r deploy/requirements.lock
# The simulated district comes along, being part of the one distribution that was tested. No service can import it
# (import contract 8), and without the embedded PostgreSQL of the lock for demos its own server does not start.
COPY pyproject.toml README.md LICENSE ./
COPY services services
COPY shared shared
COPY simulation simulation
COPY deploy/sbom.py deploy/
RUN pip --python /opt/labour-warning/bin/python --disable-pip-version-check install --no-cache-dir \
      --no-deps --no-build-isolation . \
    && /opt/labour-warning/bin/python deploy/sbom.py > /opt/labour-warning/sbom.cdx.json

FROM python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3

# A new volume takes the owner of the folder it covers, so the two that are written to are made here.
RUN groupadd --gid 10001 labour && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin labour \
    && install --directory --owner=10001 --group=10001 --mode=0750 /secrets /spool
COPY --from=build /opt/labour-warning /opt/labour-warning
ENV PATH=/opt/labour-warning/bin:$PATH \
    HOST=0.0.0.0 \
    PORT=8080 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
# Whether the process lives; whether it should get requests is /readyz, which the compose file and Kubernetes ask.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["labour-warning"]
CMD ["--help"]
