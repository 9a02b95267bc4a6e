FROM node:24-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 TONEMARK_DATA_DIR=/data
WORKDIR /app
COPY requirements.txt ./
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --no-deps --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements.txt)" \
 && pip install --no-cache-dir -r requirements.txt
COPY --from=page /app/node_modules ./node_modules
COPY . .
RUN useradd --system --home-dir /data tonemark && install -d -o tonemark /data
USER tonemark
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "webapp.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
