#!/usr/bin/env bash
# A lobby screen or a kiosk: waits for the server, shows its page in a browser that cannot be left, and starts it again whenever it ends.
# Ends itself only by SIGTERM. Settings: screen.conf beside this file describes them; another path as first argument.
set -u

CONF=${1:-/etc/panggil/screen.conf}
# shellcheck source=docs/deploy/screen.conf
. "$CONF" || exit 1
: "${SERVER:?$CONF must say SERVER=http://ADDRESS:PORT}"
PAGE=${PAGE:-/display}
# The pairing of this screen is in there: it is mended, never thrown away.
PROFILE=${PROFILE:-$HOME/.config/panggil-screen}
BROWSER=${BROWSER:-chromium}
WAIT_SECONDS=${WAIT_SECONDS:-2}

browser=
stop() {
  trap - TERM INT HUP
  [ -n "$browser" ] && kill "$browser" 2>/dev/null
  exit 0
}
trap stop TERM INT HUP

wait_for_server() {
  until curl --fail --silent --output /dev/null --max-time 5 "$SERVER/healthz"; do
    sleep "$WAIT_SECONDS" &
    wait $!
  done
}

# After a power cut the browser believes that it crashed, and that another one still uses its profile.
mend_profile() {
  local preferences=$PROFILE/Default/Preferences
  mkdir -p "$PROFILE"
  rm -f "$PROFILE"/Singleton{Lock,Cookie,Socket}
  [ -e "$preferences" ] || return 0
  if [ "$(tail -c 1 "$preferences")" = "}" ]; then
    sed -i 's/"exited_cleanly":false/"exited_cleanly":true/; s/"exit_type":"[A-Za-z]*"/"exit_type":"Normal"/' "$preferences"
  else
    # Cut off in the middle of writing: the browser makes new ones. The pairing lies elsewhere.
    rm -f "$preferences"
  fi
}

pause=$WAIT_SECONDS
while true; do
  wait_for_server
  mend_profile
  started=$SECONDS
  "$BROWSER" \
    --kiosk \
    --kiosk-printing \
    --autoplay-policy=no-user-gesture-required \
    --user-data-dir="$PROFILE" \
    --no-first-run \
    --noerrdialogs \
    --disable-session-crashed-bubble \
    --hide-crash-restore-bubble \
    --disable-features=Translate,MediaRouter \
    --disable-pinch \
    --overscroll-history-navigation=0 \
    --disable-background-timer-throttling \
    --disable-backgrounding-occluded-windows \
    --disable-renderer-backgrounding \
    --password-store=basic \
    "$SERVER$PAGE" &
  browser=$!
  wait "$browser"
  browser=
  # One that ends at once is not started a hundred times a minute.
  if [ $((SECONDS - started)) -ge 30 ]; then pause=$WAIT_SECONDS; elif [ "$pause" -lt 30 ]; then pause=$((pause * 2)); fi
  sleep "$pause" &
  wait $!
done
