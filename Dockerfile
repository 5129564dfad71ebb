# The image of splitproof: the package as npm has it, its dependencies, Node.js, and no shell.
#   npm run image
ARG BUILD_IMAGE=docker.io/library/node:22-bookworm-slim
# What Node.js needs: the C and C++ libraries, and certificates.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY splitproof.tgz package-lock.json deploy/image/sbom.mjs ./
RUN tar -xzf splitproof.tgz --strip-components=1 && rm splitproof.tgz \
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm sbom --package-lock-only --sbom-format=cyclonedx | node sbom.mjs > sbom.cdx.json \
  && rm package-lock.json sbom.mjs
# By its interpreter's path: there is no env to look for it.
RUN printf '#!/usr/local/bin/node\nimport("/app/dist/cli/main.js");\n' > /usr/local/bin/splitproof \
  && chmod 755 /usr/local/bin/splitproof

FROM ${BASE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="splitproof" \
  org.opencontainers.image.description="Proves that the traffic behind a mesh gateway follows the configured weights" \
  org.opencontainers.image.source="https://github.com/splitproof/splitproof" \
  org.opencontainers.image.documentation="https://github.com/splitproof/splitproof/blob/main/docs/ci.md" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=build /usr/local/bin/node /usr/local/bin/splitproof /usr/local/bin/
COPY --from=build /usr/local/LICENSE /usr/share/doc/nodejs/LICENSE
COPY --from=build /app /app
ENV NODE_ENV=production PATH=/usr/local/bin:/usr/bin:/bin
# Manifests are mounted here, and reports written where that is allowed.
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["splitproof"]
CMD ["--help"]
