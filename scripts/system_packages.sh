#!/usr/bin/env bash
# What the tests want and pip can't bring: a Chromium and a MariaDB server. Installed where that can be done without
# asking (root on Debian or Ubuntu); elsewhere one line says which tests will be left out. Never fails for it.
set -euo pipefail

missing=()

has_one_of() {
    local name
    for name in "$@"; do
        if PATH=$PATH:/usr/sbin:/usr/local/sbin type -P "$name" >/dev/null; then return 0; fi
    done
    return 1
}

find_missing() {
    missing=()
    if ! has_one_of chromium-headless-shell chromium chromium-browser google-chrome; then missing+=(chromium); fi
    if ! has_one_of mariadbd || ! has_one_of mariadb-install-db; then
        missing+=(mariadb-server-core mariadb-client-core)
    fi
}

can_install() { [[ $(id -u) == 0 && -e /etc/debian_version ]] && type -P apt-get >/dev/null; }

# Debian has the browser without its windows by itself, which is smaller and quicker.
smallest_chromium() {
    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then echo chromium-headless-shell; else echo chromium; fi
}

# The -core packages are MariaDB's programs alone: no service is set up or started on this machine.
install_missing() {
    local log package
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    echo "Installing ${missing[*]} with apt (once)" >&2
    apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || tail -n 5 "$log" >&2
    for package in "${missing[@]}"; do
        if [[ $package == chromium ]]; then package=$(smallest_chromium); fi
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$package" >"$log" 2>&1 ||
            tail -n 5 "$log" >&2
    done
    rm -f "$log"
}

find_missing
if [[ ${#missing[@]} -gt 0 ]] && can_install; then
    install_missing
    find_missing
fi
if [[ ${#missing[@]} -gt 0 ]]; then
    echo "Tests left out for want of: ${missing[*]} (apt install ${missing[*]})" >&2
fi
