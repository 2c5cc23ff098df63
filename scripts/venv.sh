#!/usr/bin/env bash
# Installs a requirements file into a virtual environment, which it makes first where there is none that works:
#   scripts/venv.sh .venv requirements.txt
# Needs Python 3.11 or newer and a package index, nothing else. PYTHON names an interpreter to use.
set -euo pipefail

venv=$1
requirements=$2
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { echo "$*" >&2; }

# Asks the interpreter itself: a python3.12 on the PATH may be an empty shim.
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed; ${PYTHON:-python3} is $(${PYTHON:-python3} --version 2>&1 || true)."
    say "Install one, or name it: make run PYTHON=/path/to/python3.12"
    return 1
}

works() { is_new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# Debian's python3 comes without ensurepip, which `python3 -m venv` needs; virtualenv brings its own pip.
make_with_virtualenv() {
    local python=$1 borrowed
    if "$python" -m virtualenv --quiet --clear "$venv" 2>/dev/null; then return; fi
    borrowed=$(mktemp -d)
    if "$python" -m pip install --quiet --quiet --target "$borrowed" virtualenv 2>/dev/null; then
        PYTHONPATH=$borrowed "$python" -m virtualenv --quiet --clear "$venv"
    fi
    rm -rf "$borrowed"
}

make_venv() {
    local python=$1 version log
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    log=$(mktemp)
    say "Making $venv with Python $version"
    "$python" -m venv --clear "$venv" >"$log" 2>&1 || make_with_virtualenv "$python"
    if ! works; then
        cat "$log" >&2
        say "Python $version could not make a virtual environment. On Debian or Ubuntu: apt install python$version-venv"
        rm -rf "$log" "$venv"
        return 1
    fi
    rm -f "$log"
}

if ! works; then
    python=$(find_python)
    make_venv "$python"
fi
say "Installing $requirements into $venv (a minute or two the first time)"
# Twice quiet: errors only. pip would compile on one core; what isn't compiled here is when it is first imported.
"$venv/bin/python" -m pip install --quiet --quiet --no-compile --requirement "$requirements"
"$venv/bin/python" -m compileall -q -j 0 "$venv"/lib/python*/site-packages >/dev/null 2>&1 || true
