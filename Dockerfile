# syntax=docker/dockerfile:1
# The daemon alone: one static binary, the certificates that it trusts, and no shell.
#
#   docker build -t bennu .
#   docker run -v ./bennu.toml:/etc/bennu/bennu.toml:ro -p 127.0.0.1:8080:8080 bennu
#
# Built for the platform that it is built on; with --platform for another one, by emulation.
# The simulated world is left out: `bennu sim` and `bennu demo` are not in it.

FROM rust:1.95-slim-bookworm AS build
# A C compiler for musl: AWS-LC, which does TLS, is written in C and assembler.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates musl-tools \
    && rm -rf /var/lib/apt/lists/* \
    && rustup target add "$(uname -m)-unknown-linux-musl"
WORKDIR /source
COPY . .
# No path of the builder goes into the binary. With SOURCE_DATE_EPOCH given, C compilers take
# it for the time, and BuildKit for the time of the image's files.
ARG SOURCE_DATE_EPOCH
ENV RUSTFLAGS="--remap-path-prefix=/source=. --remap-path-prefix=/usr/local/cargo=cargo"
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    target="$(uname -m)-unknown-linux-musl" \
    && cargo build --locked --release --target "$target" -p bennu --no-default-features \
    && cp "target/$target/release/bennu" /bennu \
    && /bennu --version

FROM scratch
LABEL org.opencontainers.image.title="bennu" \
      org.opencontainers.image.description="Throw-away AWS CloudFormation and Octopus Deploy environments, kept as declared" \
      org.opencontainers.image.licenses="Apache-2.0"
# For AWS and Octopus. A certificate authority of your own goes into a file of the same form,
# mounted over this one. Postgres brings its own by sslrootcert in its URL.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /bennu /bennu
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
# Nobody in particular; a number, for there is no list of users.
USER 65532:65532
# The API, and metrics with health. By default both listen on loopback, which nobody outside of
# a container reaches: set BENNU_API__LISTEN and BENNU_API__METRICS_LISTEN to 0.0.0.0.
EXPOSE 8080 9090
ENTRYPOINT ["/bennu"]
CMD ["serve", "--config", "/etc/bennu/bennu.toml"]
