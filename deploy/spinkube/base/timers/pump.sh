#!/bin/sh
# Calls one route of Punctual again and again, the next call as soon as the last one has answered, until its time is up.
#
#   URL          what to POST to
#   KEY_FILE     a file with the timer key, read anew for each call, so that a changed key needs no restart
#   RUN_SECONDS  when to stop; a call that has begun is waited for
#   CALLS        how many calls that succeed are enough; 0 is as many as there is time for
#
# It ends with 1 if the last call failed. After a failure it waits a second, then two, up to five.
set -u
: "${URL:?}" "${KEY_FILE:?}" "${RUN_SECONDS:?}"
calls=${CALLS:-0}
# Longer than any host lets a request last.
longest=35

# The key goes in by standard input: arguments can be seen by everybody on the node.
call() {
    {
        printf 'header = "x-punctual-key: '
        tr -d '\r\n' <"$KEY_FILE" | sed 's/[\\"]/\\&/g'
        printf '"\n'
    } | curl --config - --silent --show-error --fail --request POST --max-time "$longest" "$URL"
}

until=$(($(date +%s) + RUN_SECONDS))
stop=0
failures=0
done=0
trap 'stop=1' TERM INT
while [ "$stop" -eq 0 ] && [ "$(date +%s)" -lt "$until" ]; do
    if answer=$(call); then
        failures=0
        done=$((done + 1))
        # An answer is counts, without anything personal. Those that found nothing are not worth a line.
        case $answer in
        *'"received":0,'*) ;;
        *) printf '%s\n' "$answer" ;;
        esac
        [ "$done" -eq "$calls" ] && break
    else
        failures=$((failures + 1))
        sleep "$((failures < 5 ? failures : 5))"
    fi
done
[ "$failures" -eq 0 ]
