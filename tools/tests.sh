# shellcheck shell=bash
# Setting up and running the tests. Sourced after lib.sh.

# shellcheck source=tools/services.sh
. "$ROOT/tools/services.sh"

# Everything tests need besides the code: services, Python with the packages compared with, the game engine. Private
# services are stopped when the script ends, however it ends.
prepare_tests() {
  need_rust
  need_pip
  cd "$ROOT" || return
  # Nothing is gained from incremental compilation where every run starts from a clean checkout.
  if [ -n "${CI:-}" ]; then export CARGO_INCREMENTAL=0; fi
  setup_python
  trap stop_test_services EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  test_services

  note "building"
  cargo build --workspace --bins --tests --locked
  export CLAUDOOM_ENGINE_DIR=${CLAUDOOM_ENGINE_DIR:-$DATA/engine}
  note "game engine in $CLAUDOOM_ENGINE_DIR"
  "$(target_dir)/debug/orchestrator" engine install
}

# Runs the tests, or with CLAUDOOM_LONG_TESTS the ignored ones; the runner's summary comes last. Arguments go to the
# runner.
run_tests() {
  if have cargo-nextest; then
    # Half of the time tests wait for services and for time to pass, so more can run than there are cores.
    local args=(--workspace --locked --test-threads $(( $(nproc) * 3 / 2 )))
    if [ -n "${CLAUDOOM_LONG_TESTS:-}" ]; then
      args+=(--profile long --run-ignored only)
    elif [ -n "${CI:-}" ]; then
      args+=(--profile ci)
    fi
    cargo nextest run "${args[@]}" "$@"
  else
    echo "cargo-nextest is not installed: using cargo test (to install: cargo install --locked cargo-nextest)"
    local args=()
    if [ -n "${CLAUDOOM_LONG_TESTS:-}" ]; then args+=(--ignored); fi
    cargo test --workspace --lib --bins --tests --locked --no-fail-fast "$@" -- "${args[@]}"
  fi
}
