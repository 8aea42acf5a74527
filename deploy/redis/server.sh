# shellcheck shell=bash
# Redis: caches and live state, which may be flushed at any time; so nothing is written to disk.

redis_configure() {
  make_directory "$RUN/redis/etc"
  make_own_directory "$RUN/redis/data"
  render "$DEPLOY/redis/redis.conf" "$RUN/redis/etc/redis.conf"
}

redis_inputs() { printf '%s\n' "$RUN/redis/etc/redis.conf"; }

redis_start() { launch redis "$RUN/redis/data" /usr/bin/redis-server "$RUN/redis/etc/redis.conf"; }

redis_check() {
  local socket line lines=()
  { exec {socket}<>"/dev/tcp/$HOST_ADDRESS/$REDIS_PORT"; } 2>/dev/null || { printf 'refuses the connection'; return 1; }
  printf 'AUTH %s\r\nPING\r\n' "$REDIS_PASSWORD" >&"$socket"
  while ((${#lines[@]} < 2)) && read -r -t 3 -u "$socket" line; do lines+=("${line%$'\r'}"); done
  exec {socket}>&-
  [[ ${lines[0]:-} == +OK && ${lines[1]:-} == +PONG ]] && return 0
  printf 'no PONG: %s' "${lines[*]:-no answer in 3 s}"
  return 1
}
