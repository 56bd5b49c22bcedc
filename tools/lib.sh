# shellcheck shell=bash
# What the tasks share. Sourced, not run: `. "$(dirname "${BASH_SOURCE[0]}")/../../tools/lib.sh"`.
#
# Sets ROOT (the repository) and DATA (what tests and development leave behind, ignored by git).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
DATA=$ROOT/.data
MANIFEST=$ROOT/Cargo.toml

# rustup puts cargo into a folder that a non-login shell may not have in its path.
if ! command -v cargo >/dev/null 2>&1 && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
  PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
fi

note() { printf '\n== %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  if [ $# -gt 0 ]; then printf '  %s\n' "$@" >&2; fi
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Rust and a linker, which every build needs.
need_rust() {
  have cargo || die "cargo is not installed" "install Rust with rustup: https://rustup.rs"
  have cc || die "no C compiler (cc), which Rust needs as its linker" "type: sudo apt-get install build-essential"
}

# Python 3 with pip, which fetches the game engine.
need_pip() {
  have python3 || die "python3 is not installed; pip fetches the game engine" "type: sudo apt-get install python3 python3-pip"
  python3 -m pip --version >/dev/null 2>&1 ||
    die "python3 has no pip; pip fetches the game engine" "type: sudo apt-get install python3-pip"
}

# Runs a command as root: directly, or by sudo where it needs no password or can ask for one.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    die "installing packages needs root" "as root, type: $*"
  fi
}

# Installs Debian packages without letting them start services of their own.
install_packages() {
  have apt-get || die "missing programs of the packages: $*" "install them with your system's package manager"
  note "installing $*"
  local policy=/usr/sbin/policy-rc.d placed='' status=0
  if [ ! -e $policy ]; then
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod +x $policy
    placed=yes
  fi
  { as_root apt-get -qq update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2; } || status=$?
  if [ -n "$placed" ]; then as_root rm -f $policy; fi
  [ "$status" = 0 ] || die "apt-get could not install: $*"
}

# buf, which checks the .proto files. Sets CLAUDOOM_BUF; fails where npm is not there to fetch it, and ends CI then.
setup_buf() {
  if [ -n "${CLAUDOOM_BUF:-}" ]; then return; fi
  local version=1.75.0 folder=$DATA/node
  export CLAUDOOM_BUF=$folder/node_modules/.bin/buf
  if [ "$("$CLAUDOOM_BUF" --version 2>/dev/null)" = "$version" ]; then return; fi
  if have npm; then
    npm install --silent --no-fund --no-audit --prefix "$folder" "@bufbuild/buf@$version" && return
  fi
  unset CLAUDOOM_BUF
  if [ -n "${CI:-}" ]; then die "npm cannot fetch buf, which CI needs" "install Node.js with npm"; fi
  return 1
}

# A folder with Python and the packages that tests compare with. Sets CLAUDOOM_PYTHON.
#
# Without python3-venv the packages go into a folder, and `bin/python` is a script that shows them to python3.
setup_python() {
  if [ -n "${CLAUDOOM_PYTHON:-}" ]; then return; fi
  need_pip
  local venv=$DATA/venv requirements=$ROOT/tools/requirements.txt stamp
  stamp=$(python3 -c 'import sys; print(sys.version)' | cat - "$requirements" | cksum)
  export CLAUDOOM_PYTHON=$venv/bin/python
  if [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ] && "$CLAUDOOM_PYTHON" -c '' 2>/dev/null; then return; fi

  note "setting up Python in $venv"
  mkdir -p "$DATA"
  local flags=(--quiet --disable-pip-version-check --only-binary=:all: -r "$requirements")
  if [ ! -d "$venv/lib" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$venv"
    python3 -m venv "$venv" >/dev/null 2>&1 || rm -rf "$venv"
  fi
  if [ -d "$venv" ]; then
    "$venv/bin/python" -m pip install "${flags[@]}"
  else
    mkdir -p "$venv/bin"
    python3 -m pip install --target "$venv/packages" "${flags[@]}"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nPYTHONPATH=%q${PYTHONPATH:+:$PYTHONPATH} exec %q "$@"\n' \
      "$venv/packages" "$(command -v python3)" >"$CLAUDOOM_PYTHON"
    chmod +x "$CLAUDOOM_PYTHON"
  fi
  printf '%s\n' "$stamp" >"$venv/.stamp"
}

# The folder with build results.
target_dir() {
  cargo metadata --format-version 1 --no-deps --offline --manifest-path "$MANIFEST" |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}

# Lines of the file that dev:up leaves, unless a variable is set already.
load_dev_env() {
  local file=$DATA/dev/env name value
  [ -f "$file" ] || return 0
  while IFS='=' read -r name value; do
    if [ -z "${!name:-}" ]; then export "$name=$value"; fi
  done <"$file"
}
