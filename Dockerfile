# Two targets: `cpu` (the default) and `cuda`, alike but for PyTorch.

FROM node:24-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY pyproject.toml requirements.lock ./
# Nobody can write there later, so the modules are compiled now.
ENV UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 VIRTUAL_ENV=/opt/venv
RUN sed -n '/^uv==/,/[^\\]$/p' requirements.lock > uv.lock \
 && pip install --no-deps --require-hashes -r uv.lock

FROM packages AS packages-cpu
# uv knows PyTorch's own indexes; this one's builds are a tenth of the package index's, and other
# files than those whose hashes are locked.
ARG UV_TORCH_BACKEND=cpu
RUN uv pip install --no-deps "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.lock)" \
 && uv pip install -c requirements.lock -r pyproject.toml --group int8

FROM packages AS packages-cuda
RUN uv pip install -c requirements.lock -r pyproject.toml --group gpu

FROM python:3.11-slim AS app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    TONEMARK_DATA_DIR=/data TONEMARK_MEDIA_ROOT=/media MPLCONFIGDIR=/tmp NUMBA_CACHE_DIR=/tmp
WORKDIR /app
RUN useradd --system --uid 10001 --user-group --home-dir /data tonemark \
 && install -d -o tonemark -g tonemark -m 0755 /data /media
COPY --from=page /app/node_modules ./node_modules
COPY . .
USER 10001:10001
VOLUME ["/data", "/media"]
EXPOSE 8000
CMD ["gunicorn", "webapp.wsgi", "--config", "python:webapp.web_server", "--bind", "0.0.0.0:8000"]

FROM app AS cuda
COPY --from=packages-cuda /opt/venv /opt/venv

FROM app AS cpu
COPY --from=packages-cpu /opt/venv /opt/venv
