# Both programs, one image each, and one for what is done once. Targets: agent, orchestrator, setup.
#
# Nothing of the game engine is in an image: `setup` fetches it into a volume.

ARG BUILDER=rust:1.95-trixie
ARG RUNTIME=debian:trixie-slim

# What Cargo has to know of the workspace to build everything below it: manifests, the lock file, and crates without
# content. A change of code changes nothing here, so that the layer of dependencies is kept.
FROM ${BUILDER} AS manifests
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY migrations migrations
RUN find crates migrations -type f ! -name Cargo.toml ! -path '*/src/lib.rs' ! -path '*/src/main.rs' \
      ! -path '*/benches/*.rs' -delete \
 && find crates migrations -name '*.rs' -exec sh -c 'for file; do echo "fn main() { }" >"$file"; done' sh {} + \
 && find crates migrations -type d -empty -delete

FROM ${BUILDER} AS builder
WORKDIR /src
# Names of functions stay, for the traces of a panic.
ENV CARGO_PROFILE_RELEASE_STRIP=debuginfo
COPY --from=manifests /src ./
RUN cargo build --release --locked -p agent -p orchestrator
COPY proto proto
COPY experiments experiments
COPY migrations migrations
COPY crates crates
# Copied files keep their time, which may be before that of the crates without content.
RUN find crates migrations -name '*.rs' -exec touch {} + \
 && cargo build --release --locked -p agent -p orchestrator

FROM ${RUNTIME} AS runtime
RUN groupadd --gid 10001 claudoom \
 && useradd --uid 10001 --gid claudoom --create-home --home-dir /var/lib/claudoom --shell /usr/sbin/nologin claudoom \
 && install -d -o claudoom -g claudoom /var/lib/claudoom/engine
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/claudoom/
WORKDIR /usr/share/claudoom
# By number, so that a cluster can see that it is not root.
USER 10001:10001

FROM runtime AS agent
COPY --from=builder /src/target/release/agent /usr/local/bin/
EXPOSE 50052
ENTRYPOINT ["agent"]
CMD ["serve"]

FROM runtime AS orchestrator
USER root
# What the engine links to.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=builder /src/target/release/orchestrator /usr/local/bin/
COPY experiments experiments
# Inside the volume, not the volume itself: an installation is moved into place whole.
ENV CLAUDOOM_ENGINE_DIR=/var/lib/claudoom/engine/vizdoom
USER 10001:10001
EXPOSE 50051
ENTRYPOINT ["orchestrator"]
CMD ["serve"]

# Once, before the daemons: pip fetches the engine, openssl makes certificates.
FROM orchestrator AS setup
USER root
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates openssl python3 python3-pip \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY deploy/compose/certificates.sh /usr/local/bin/
USER 10001:10001
CMD ["engine", "install"]
