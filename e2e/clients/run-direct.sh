#!/bin/sh
# Runs every client against every server with no gateway in between: what must pass there before the same is asked of the
# gateway. Prints one line per check; exit code 1 when one fails.
set -eu
cd "$(dirname "$0")"
node=node_modules/.bin/node
work=$(mktemp -d)
trap 'exec 3>&- 4>&-; rm -rf "$work"' EXIT

mkfifo "$work/in3" "$work/in4"
$node servers/everything.js <"$work/in3" >"$work/everything" 2>&1 &
exec 3>"$work/in3"
$node servers/v2.js <"$work/in4" >"$work/v2" 2>&1 &
exec 4>"$work/in4"

url() {
  until grep -q '^listening on ' "$work/$1"; do sleep 0.1; done
  sed -n 's/^listening on //p' "$work/$1"
}

status=0
run() {
  echo "# $1 client${3:+ ($3)}, $2 server"
  MCP_URL=$(url "$2") MCP_SERVER=$2 MCP_ERA=${3-} $node "$1.js" || status=1
}
run v1 everything
run v1 v2
run v2 everything legacy
run v2 everything auto
run v2 v2 legacy
run v2 v2 modern
run v2 v2 auto
exit $status
