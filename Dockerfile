# Both programs, one image each. Targets: agent, orchestrator, engine-install.
#
# Nothing of the game engine is in an image: the target engine-install fetches it into a volume.

ARG BUILDER=rust:1.95-trixie
ARG RUNTIME=debian:trixie-slim

FROM ${BUILDER} AS builder
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p agent -p orchestrator

FROM ${RUNTIME} AS runtime
# The engine links libstdc++ and zlib.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 claudoom \
 && useradd --uid 10001 --gid claudoom --create-home --home-dir /var/lib/claudoom claudoom \
 && install -d -o claudoom -g claudoom /var/lib/claudoom/engine
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/claudoom/
# Inside the volume, not the volume itself: an installation is moved into place whole.
ENV CLAUDOOM_ENGINE_DIR=/var/lib/claudoom/engine/vizdoom
WORKDIR /var/lib/claudoom
USER claudoom

FROM runtime AS agent
COPY --from=builder /src/target/release/agent /usr/local/bin/
EXPOSE 50052
ENTRYPOINT ["agent"]
CMD ["serve"]

FROM runtime AS orchestrator
COPY --from=builder /src/target/release/orchestrator /usr/local/bin/
COPY experiments /usr/share/claudoom/experiments
EXPOSE 50051
ENTRYPOINT ["orchestrator"]
CMD ["serve"]

FROM orchestrator AS engine-install
USER root
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
USER claudoom
CMD ["engine", "install"]
