#!/usr/bin/env bash
# Makes passwords of your own for docker-compose.yml, in place of those for development:
#
#   deploy/compose/secrets.sh FOLDER      then: export CLAUDOOM_SECRETS=FOLDER, or write it to .env
#
# Run it before the first start: a database keeps the password that it was made with.
set -euo pipefail

folder=${1:?the folder to make}
if [ -e "$folder" ]; then
  echo "error: $folder is there already; passwords are not overwritten" >&2
  exit 1
fi

password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# The folder keeps others out. The files themselves are open, because a container reads them as a user of its own.
umask 022
mkdir -m 700 "$folder"
cd "$folder"

database=$(password) events=$(password) queue=$(password)
printf '%s' "$database" >postgres_password
printf 'postgres://claudoom:%s@postgres:5432/claudoom?sslmode=verify-full\n' "$database" >database_url
printf '%s' "$events" >nats_password
printf 'password: "%s"\n' "$events" >nats_password.conf
printf 'default_user = claudoom\ndefault_pass = %s\n' "$queue" >rabbitmq_user.conf
printf 'amqps://claudoom:%s@rabbitmq:5671/%%2f\n' "$queue" >amqp_url
password >grafana_password
echo "made: $folder"
