#!/bin/sh
# Certificates for TLS between the services of docker-compose.yml: made once, made again 30 days before they end.
#
#   certificates.sh                     what the services need, as far as it is not there yet
#   certificates.sh client NAME [DAYS]  prints certificate and key of a person or a program, good for 30 days
#
# /ca           the authority: key and certificate; only this script sees it
# /trust        the authority's certificate, for clients
# /tls/NAME     certificate and key of the service NAME, readable by the group of whoever runs this
# /data         what a server without a user of its own writes to; its group is made the same
#
# PostgreSQL, NATS and RabbitMQ read their files when they start: after a renewal, restart them. Our own programs take new
# ones over by themselves. Clients go on trusting the same authority.
set -eu
umask 027

AUTHORITY_DAYS=3650
SERVICE_DAYS=398
CLIENT_DAYS=30
RENEW_BEFORE=$((30 * 86400))

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

until_when() { openssl x509 -in "$1" -noout -enddate | cut -d= -f2; }

authority() {
  if [ -s /ca/ca.key ] && openssl x509 -in /ca/ca.crt -noout -checkend $((SERVICE_DAYS * 86400)) >/dev/null 2>&1; then
    return
  fi
  key /ca/ca.key.new
  openssl req -x509 -new -key /ca/ca.key.new -out /ca/ca.crt.new -days $AUTHORITY_DAYS -subj '/CN=claudoom authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
  mv /ca/ca.key.new /ca/ca.key
  mv /ca/ca.crt.new /ca/ca.crt
  echo "authority: made"
}

# sign KEY NAME USES DAYS CERTIFICATE: what the owner of the key may show, as a server, as a client, or as both.
sign() {
  cat >/tmp/extensions <<EOF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $3
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
EOF
  case $3 in *serverAuth*) echo "subjectAltName = DNS:$2, DNS:localhost, IP:127.0.0.1" >>/tmp/extensions ;; esac
  openssl req -new -key "$1" -subj "/CN=$2" -out /tmp/request
  openssl x509 -req -in /tmp/request -CA /ca/ca.crt -CAkey /ca/ca.key -set_serial "0x$(openssl rand -hex 16)" \
    -days "$4" -extfile /tmp/extensions -out "$5" 2>/dev/null
}

# Our own programs speak to each other, and say who they are. The others only answer.
uses() { case $1 in agent | orchestrator | worker) echo serverAuth, clientAuth ;; *) echo serverAuth ;; esac; }

# Whether a service's certificate is of this authority, fits its key, and is good for a while.
is_good() {
  [ -s "$1/server.key" ] &&
    openssl verify -CAfile /ca/ca.crt "$1/server.crt" >/dev/null 2>&1 &&
    openssl x509 -in "$1/server.crt" -noout -checkend $RENEW_BEFORE >/dev/null &&
    [ "$(openssl x509 -in "$1/server.crt" -noout -pubkey)" = "$(openssl pkey -in "$1/server.key" -pubout)" ]
}

service() {
  name=$1 folder=/tls/$1
  if is_good "$folder"; then
    echo "$name: good until $(until_when "$folder/server.crt")"
    return
  fi
  key "$folder/server.key.new"
  sign "$folder/server.key.new" "$name" "$(uses "$name")" $SERVICE_DAYS "$folder/server.crt.new"
  # openssl keeps it to root; its group is the server's.
  chmod 640 "$folder/server.key.new"
  mv "$folder/server.key.new" "$folder/server.key"
  mv "$folder/server.crt.new" "$folder/server.crt"
  echo "$name: made, good until $(until_when "$folder/server.crt")"
}

client() {
  # It becomes part of a subject, and stands in the journal.
  case $1 in '' | *[!A-Za-z0-9._-]*)
    echo "error: '$1' is no name: use letters, digits, '.', '_' and '-'" >&2
    exit 2
    ;;
  esac
  [ -s /ca/ca.key ] || {
    echo "error: there is no authority yet: docker compose up certificates" >&2
    exit 1
  }
  key /tmp/key
  sign /tmp/key "$1" clientAuth "${2:-$CLIENT_DAYS}" /tmp/certificate
  cat /tmp/certificate /tmp/key
}

case ${1:-} in
'') ;;
client)
  client "${2:-}" "${3:-}"
  exit
  ;;
*)
  echo "error: '$1' is not known; write client NAME [DAYS], or nothing" >&2
  exit 2
  ;;
esac

authority
for folder in /tls/*; do service "${folder#/tls/}"; done
if ! cmp -s /ca/ca.crt /trust/ca.crt; then
  # A new file in place of the old one, so that nobody reads half of it.
  cp /ca/ca.crt /trust/ca.crt.new
  chmod 644 /trust/ca.crt.new
  mv /trust/ca.crt.new /trust/ca.crt
fi
if [ -d /data ]; then
  chgrp "$(id -g)" /data
  chmod 770 /data
fi
