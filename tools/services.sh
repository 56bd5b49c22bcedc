# shellcheck shell=bash
# PostgreSQL, NATS with JetStream and RabbitMQ for tests and development: finds running ones, or starts private
# ones below a folder and stops exactly those. Sourced after lib.sh.

# Prints a free TCP port of this machine.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for WHAT SECONDS PID LOG CHECK...: waits until CHECK succeeds, at most SECONDS and while PID lives.
wait_for() {
  local what=$1 seconds=$2 pid=$3 log=$4
  shift 4
  local end=$((SECONDS + seconds))
  until "$@"; do
    if ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $end ]; then
      tail -n 20 "$log" >&2 || true
      die "$what did not start within $seconds s; the lines above are from its log"
    fi
    sleep 0.2
  done
}

# The newest folder with PostgreSQL's server programs; nothing where there is none.
postgres_bin() {
  local initdb
  initdb=$({ compgen -G '/usr/lib/postgresql/*/bin/initdb' || true; } | sort -V | tail -n 1)
  initdb=${initdb:-$(command -v initdb || true)}
  if [ -n "$initdb" ]; then dirname "$initdb"; fi
}

# NAME_answers PORT: whether a server lets us in: PostgreSQL without a password, NATS with JetStream, RabbitMQ with
# AMQP 0-9-1.
postgres_answers() {
  PGCONNECT_TIMEOUT=3 psql -w -X -q -h 127.0.0.1 -p "$1" -U postgres -c 'select 1' postgres >/dev/null 2>&1
}

nats_answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && timeout 3 head -n 1 <&3 | grep -q '"jetstream":true') 2>/dev/null
}

# The first frame of a broker that accepts the protocol is a method frame, whose first byte is 1.
rabbitmq_answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'AMQP\0\0\x09\x01' >&3 &&
    [ "$(timeout 5 head -c 1 <&3 | od -An -tu1 | tr -d ' ')" = 1 ]) 2>/dev/null
}

# PostgreSQL refuses to run as root; then its own user runs it.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    exec "$@"
  fi
}

# The pids of what was started, the newest first; that is also the order to stop them in.
STARTED=()

# start_NAME DIR PORT: starts a server that keeps everything below DIR, in a session of its own so that Ctrl-C in the
# terminal does not reach it, and waits until it answers.
start_postgres() {
  local dir=$1 port=$2 bin
  if ! have psql || [ -z "$(postgres_bin)" ]; then install_packages postgresql; fi
  bin=$(postgres_bin)
  mkdir -p "$dir"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$dir"; fi
  if [ ! -s "$dir/data/PG_VERSION" ]; then
    (cd / && as_postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale >"$dir/initdb.log" 2>&1) ||
      { tail -n 20 "$dir/initdb.log" >&2; die "initdb failed; the lines above say why"; }
  fi
  (cd / && as_postgres setsid "$bin/postgres" -D "$dir/data" -k '' -c listen_addresses=127.0.0.1 -p "$port" \
    -c max_connections=200) >"$dir/server.log" 2>&1 </dev/null &
  STARTED=($! "${STARTED[@]}")
  wait_for PostgreSQL 60 "${STARTED[0]}" "$dir/server.log" postgres_answers "$port"
}

start_nats() {
  local dir=$1 port=$2
  have nats-server || install_packages nats-server
  mkdir -p "$dir"
  setsid nats-server -a 127.0.0.1 -p "$port" -js -sd "$dir/store" >"$dir/server.log" 2>&1 </dev/null &
  STARTED=($! "${STARTED[@]}")
  wait_for NATS 30 "${STARTED[0]}" "$dir/server.log" nats_answers "$port"
}

start_rabbitmq() {
  local dir=$1 port=$2 epmd
  if ! have epmd || [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then install_packages rabbitmq-server; fi
  mkdir -p "$dir"
  # The name server of Erlang nodes: a broker that finds none starts one and leaves it behind.
  epmd=$(free_port)
  setsid epmd -address 127.0.0.1 -port "$epmd" >/dev/null 2>&1 </dev/null &
  STARTED=($! "${STARTED[@]}")
  printf 'listeners.tcp.1 = 127.0.0.1:%s\n' "$port" >"$dir/rabbitmq.conf"
  printf '[].\n' >"$dir/enabled_plugins"
  # RUNNING_UNDER_SYSTEMD makes the script become the broker, so that its pid is the one to stop.
  env HOME="$dir" ERL_EPMD_PORT="$epmd" RUNNING_UNDER_SYSTEMD=1 RABBITMQ_NODENAME="claudoom$port@localhost" \
    RABBITMQ_DIST_PORT="$(free_port)" RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" RABBITMQ_MNESIA_BASE="$dir/data" \
    RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_LOGS=- RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" \
    RABBITMQ_PID_FILE="$dir/broker.pid" RABBITMQ_CONF_ENV_FILE=/dev/null \
    setsid /usr/lib/rabbitmq/bin/rabbitmq-server >"$dir/server.log" 2>&1 </dev/null &
  STARTED=($! "${STARTED[@]}")
  wait_for RabbitMQ 180 "${STARTED[0]}" "$dir/server.log" rabbitmq_answers "$port"
}

# provide NAME VARIABLE URL DIR STANDARD_PORT [PORT]: keeps VARIABLE if it is set; else uses the server that answers on
# its standard port; else starts one, on PORT or on a free one. `@` in URL stands for the port.
provide() {
  local name=$1 variable=$2 url=$3 dir=$4 standard=$5 port=${6:-}
  if [ -n "${!variable:-}" ]; then return; fi
  if [ -z "${CLAUDOOM_PRIVATE_SERVICES:-}" ] && "${name}_answers" "$standard"; then
    port=$standard
  else
    port=${port:-$(free_port)}
    note "starting $name on port $port"
    "start_$name" "$dir/$name" "$port"
  fi
  export "$variable=${url/:@/:$port}"
}

# stop_pids PID...: asks each to stop, one after the other, and ends what does not.
stop_pids() {
  local pid end
  for pid in "$@"; do
    kill -TERM "$pid" 2>/dev/null || continue
    end=$((SECONDS + 20))
    while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
}

PRIVATE_DIR=

# Sets the CLAUDOOM_TEST_ variables. What is started is private and below a temporary folder; it is stopped and
# removed by `stop_test_services`, for which the caller sets a trap before. CLAUDOOM_PRIVATE_SERVICES=1 passes by
# what answers on the standard ports.
test_services() {
  PRIVATE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/claudoom-services.XXXXXX")
  chmod 755 "$PRIVATE_DIR" # PostgreSQL's own user passes through it
  provide postgres CLAUDOOM_TEST_POSTGRES postgres://postgres@127.0.0.1:@ "$PRIVATE_DIR" 5432
  provide nats CLAUDOOM_TEST_NATS nats://127.0.0.1:@ "$PRIVATE_DIR" 4222
  provide rabbitmq CLAUDOOM_TEST_AMQP amqp://guest:guest@127.0.0.1:@ "$PRIVATE_DIR" 5672
}

stop_test_services() {
  if [ ${#STARTED[@]} -gt 0 ]; then stop_pids "${STARTED[@]}"; fi
  STARTED=()
  if [ -n "$PRIVATE_DIR" ]; then rm -rf "$PRIVATE_DIR"; fi
}

# Whether a Docker engine with compose can be used.
docker_works() { have docker && docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; }

# Prints the standard ports on which something answers.
answering_ports() {
  if postgres_answers 5432; then echo 5432; fi
  if nats_answers 4222; then echo 4222; fi
  if rabbitmq_answers 5672; then echo 5672; fi
}

# Prints when a process was started, in ticks since boot; nothing if there is no such process.
process_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20 || true; }
