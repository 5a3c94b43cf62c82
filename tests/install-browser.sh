#!/bin/sh
# Finds a Chromium for the browser tests, or installs Debian's where that is allowed.
set -e
for name in "$FOOTNOTE_CHROMIUM" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
    echo "No Chromium found: the browser tests will be skipped. Install one, or name it in FOOTNOTE_CHROMIUM." >&2
fi
