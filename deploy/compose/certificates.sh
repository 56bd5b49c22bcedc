#!/bin/sh
# Certificates for TLS between the services of docker-compose.yml: made once, made again 30 days before they end.
#
# /ca           the authority: key and certificate; only this script sees it
# /trust        the authority's certificate, for clients
# /tls/NAME     certificate and key of the server NAME, readable by the group of whoever runs this
# /data         what a server without a user of its own writes to; its group is made the same
#
# Servers read their files when they start: after a renewal, restart them. Clients go on trusting the same authority.
set -eu
umask 027

AUTHORITY_DAYS=3650
SERVER_DAYS=398
RENEW_BEFORE=$((30 * 86400))

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

authority() {
  if [ -s /ca/ca.key ] && openssl x509 -in /ca/ca.crt -noout -checkend $((SERVER_DAYS * 86400)) >/dev/null 2>&1; then
    return
  fi
  key /ca/ca.key.new
  openssl req -x509 -new -key /ca/ca.key.new -out /ca/ca.crt.new -days $AUTHORITY_DAYS -subj '/CN=claudoom authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
  mv /ca/ca.key.new /ca/ca.key
  mv /ca/ca.crt.new /ca/ca.crt
  echo "authority: made"
}

# Whether a server's certificate is of this authority, fits its key, and is good for a while.
is_good() {
  [ -s "$1/server.key" ] &&
    openssl verify -CAfile /ca/ca.crt "$1/server.crt" >/dev/null 2>&1 &&
    openssl x509 -in "$1/server.crt" -noout -checkend $RENEW_BEFORE >/dev/null &&
    [ "$(openssl x509 -in "$1/server.crt" -noout -pubkey)" = "$(openssl pkey -in "$1/server.key" -pubout)" ]
}

server() {
  name=$1 folder=/tls/$1
  if is_good "$folder"; then
    echo "$name: good until $(openssl x509 -in "$folder/server.crt" -noout -enddate | cut -d= -f2)"
    return
  fi
  key "$folder/server.key.new"
  cat >/tmp/extensions <<EOF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:$name, DNS:localhost, IP:127.0.0.1
EOF
  openssl req -new -key "$folder/server.key.new" -subj "/CN=$name" -out /tmp/request
  openssl x509 -req -in /tmp/request -CA /ca/ca.crt -CAkey /ca/ca.key -set_serial "0x$(openssl rand -hex 16)" \
    -days $SERVER_DAYS -extfile /tmp/extensions -out "$folder/server.crt.new" 2>/dev/null
  # openssl keeps it to root; its group is the server's.
  chmod 640 "$folder/server.key.new"
  mv "$folder/server.key.new" "$folder/server.key"
  mv "$folder/server.crt.new" "$folder/server.crt"
  echo "$name: made, good until $(openssl x509 -in "$folder/server.crt" -noout -enddate | cut -d= -f2)"
}

authority
for folder in /tls/*; do server "${folder#/tls/}"; done
# A new file in place of the old one, so that nobody reads half of it.
cp /ca/ca.crt /trust/ca.crt.new
chmod 644 /trust/ca.crt.new
mv /trust/ca.crt.new /trust/ca.crt
if [ -d /data ]; then
  chgrp "$(id -g)" /data
  chmod 770 /data
fi
