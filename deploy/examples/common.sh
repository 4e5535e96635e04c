# Sourced by the run of each example, which sets app_port, relay_port and admin_port before. It starts the relay, the back
# end and what the front end is made of, on loopback, and ends what it has started when it ends itself.

app=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
examples=$(dirname "$app")
root=$(cd "$examples/../.." && pwd)
name=$(basename "$app")
pids=()

die() {
  printf '%s: %s\n' "$name" "$*" >&2
  exit 69
}

finish() {
  trap - EXIT INT TERM
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# need_python MODULE:PACKAGE…  for Debian's own Python and no other
need_python() {
  local pair missing=()
  for pair in "$@"; do
    /usr/bin/python3 -c "import ${pair%%:*}" 2>/dev/null || missing+=("${pair##*:}")
  done
  [ ${#missing[@]} -eq 0 ] || die "missing: ${missing[*]}; on Debian: apt-get install ${missing[*]}"
}

# The packages of package-lock.json, if these were not installed before, and the page of them.
bundle() {
  command -v node >/dev/null || die "Node 20 or newer is needed; on Debian: apt-get install nodejs npm"
  "$root/contract/install-node-packages" "$examples" >&2
  node "$examples/bundle.mjs" "$name"
}

# answers URL SECONDS: whether it does within that time
answers() {
  local end=$((SECONDS + $2)) pid
  while [ $SECONDS -lt $end ]; do
    curl -fsS -o /dev/null "$1" 2>/dev/null && return 0
    for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
    sleep 0.2
  done
  return 1
}

# serve BACKEND…: starts the relay and the back end, says where the page is, and waits for Ctrl-C
serve() {
  command -v curl >/dev/null || die "curl is needed; on Debian: apt-get install curl"
  mkdir -p "$app/target"
  "$root/deploy/run" --config "$app/relay.yaml" -- \
    "-Drelay.log.directory=$app/target/data" -Xmx256m "-Dserver.port=$relay_port" \
    "-Dserver.sockets.0.port=$admin_port" "-Dapp.url=http://127.0.0.1:$app_port" &
  pids+=($!)
  # It may build the relay first.
  answers "http://127.0.0.1:$admin_port/observe/health/ready" 600 || die "the relay did not start"
  PORT=$app_port RELAY_URL=http://127.0.0.1:$relay_port STREAM_BASE=http://127.0.0.1:$relay_port \
    PYTHONPATH=$examples/python "$@" &
  pids+=($!)
  answers "http://127.0.0.1:$app_port/" 30 || die "the back end did not start"
  printf '\n%s: http://127.0.0.1:%s\n%s\n\n' "$name" "$app_port" "${hint:-}"
  wait -n "${pids[@]}" || true
}
