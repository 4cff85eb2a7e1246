#!/bin/sh
# exits.sh STATUS COMMAND...: the command must end with this status. What it says
# on standard error comes out on standard output, behind "stderr: ".
wanted=$1
shift
messages=$(mktemp)
timeout 60 "$@" 2> "$messages"
got=$?
sed 's/^/stderr: /' "$messages"
rm -f "$messages"
[ "$got" = "$wanted" ] || { echo "exit status $got, not $wanted" >&2; exit 1; }
