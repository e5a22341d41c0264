#!/bin/sh
# What the tests need from the system: a browser and Tesseract. Installs them where apt and the right to use it are there;
# says in one line what is missing otherwise. In CI something missing is a failure.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || [ -n "${COPILOT_CHROMIUM:-}" ] || missing="$missing chromium"
command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
    echo "Installing$missing ..."
    log=$(mktemp)
    # shellcheck disable=SC2086  # a list of package names
    if $as_root apt-get update >"$log" 2>&1 &&
        DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi
echo "Not on this machine and not installed by us:$missing. The tests that need it cannot run; install it and repeat." >&2
[ "${CI:-}" != true ] || exit 1
