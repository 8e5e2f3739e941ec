#!/bin/sh
# Installs the servers that the tests start on loopback: Unbound and Knot for DNS, nginx for the web,
# and openssl for certificates. Without root or apt-get it says what is missing; those tests are then
# skipped.
set -u

missing=""
PATH="$PATH:/usr/sbin:/sbin"
command -v unbound >/dev/null || missing="$missing unbound"
command -v knotd >/dev/null || missing="$missing knot"
command -v nginx >/dev/null || missing="$missing nginx-light"
command -v openssl >/dev/null || missing="$missing openssl"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "tests with real servers will be skipped, missing:$missing (Debian: apt-get install$missing)" >&2
    exit 0
fi

# The packages must start nothing: the tests have servers of their own, and a resolver on port 53
# would take over this machine's names.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # several words on purpose
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
    echo "tests with real servers will be skipped, could not install:$missing" >&2
exit 0
