# shellcheck shell=bash
# PostgreSQL: one database and one role for each service, no Unix socket, passwords by SCRAM.

POSTGRES_DATA=$RUN/postgres/data/cluster
POSTGRES_DATABASES=(telephony leads staff)

# The newest server that Debian's packages put here, or the one that made the data.
postgres_bin() {
  local made bins=()
  made=$(cat "$POSTGRES_DATA/PG_VERSION" 2>/dev/null) || made='*'
  # shellcheck disable=SC2206
  bins=(/usr/lib/postgresql/$made/bin/postgres)
  [[ -x ${bins[-1]} ]] || fail "the data in $POSTGRES_DATA is of PostgreSQL $made, which is not installed"
  dirname "$(printf '%s\n' "${bins[@]}" | sort -V | tail -n 1)"
}

postgres_configure() {
  make_directory "$RUN/postgres/etc"
  make_own_directory "$RUN/postgres/data"
  render "$DEPLOY/postgres/postgresql.conf" "$RUN/postgres/etc/postgresql.conf"
  render "$DEPLOY/postgres/pg_hba.conf" "$RUN/postgres/etc/pg_hba.conf"
}

postgres_inputs() { printf '%s\n' "$RUN"/postgres/etc/*.conf; }

postgres_start() {
  local bin
  bin=$(postgres_bin)
  if [[ ! -e $POSTGRES_DATA/PG_VERSION ]]; then
    # Made aside and renamed: a half-made cluster is never taken for one.
    rm -rf "$POSTGRES_DATA" "$POSTGRES_DATA.new"
    # shellcheck disable=SC2016
    (cd / && "${AS_SERVICE[@]}" bash -c '
      "$1/initdb" --pgdata "$2.new" --username postgres --pwfile <(cat) --auth scram-sha-256 \
        --encoding UTF8 --locale C.UTF-8 && mv "$2.new" "$2"' \
      initdb "$bin" "$POSTGRES_DATA") <<<"$POSTGRES_PASSWORD" >"$RUN/log/postgres-init.log" 2>&1 ||
      { show_log "$RUN/log/postgres-init.log"; fail "PostgreSQL's data directory could not be made"; }
  fi
  launch postgres "$RUN/postgres/data" "$bin/postgres" -D "$POSTGRES_DATA" -c "config_file=$RUN/postgres/etc/postgresql.conf"
}

postgres_query() { # ROLE DATABASE PASSWORD [psql's options] < SQL
  PGPASSWORD=$3 PGCONNECT_TIMEOUT=3 PGPASSFILE=/dev/null PGOPTIONS='-c statement_timeout=5s' "$(postgres_bin)/psql" \
    -X -q -A -t -v ON_ERROR_STOP=1 -h "$HOST_ADDRESS" -p "$POSTGRES_PORT" -U "$1" -d "$2" "${@:4}"
}

# Also right over what is there already, so that a start that was cut off is made good by the next.
postgres_setup() {
  local database password
  for database in "${POSTGRES_DATABASES[@]}"; do
    password=${database^^}_DATABASE_PASSWORD
    postgres_query postgres postgres "$POSTGRES_PASSWORD" -v "name=$database" <<SQL || return 1
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \\gexec
ALTER ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${!password}';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
  done
}

postgres_check() {
  local database password answer
  for database in "${POSTGRES_DATABASES[@]}"; do
    password=${database^^}_DATABASE_PASSWORD
    answer=$(postgres_query "$database" "$database" "${!password}" -c 'SELECT 1' 2>&1) && continue
    printf '%s' "${answer##*$'\n'}"
    return 1
  done
}

# INT is the "fast" shutdown: sessions are ended, nothing is lost.
postgres_stop() {
  stop_process postgres INT
  postgres_sweep
}

# Each back end has a session of its own, so one that outlives a killed postmaster is found by its working directory.
# The new postmaster would refuse to start beside it, and beside a pid file whose number is somebody else's by now.
postgres_sweep() {
  local left=()
  mapfile -t left < <(find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$POSTGRES_DATA" -print 2>/dev/null | cut -d / -f 3)
  wait_gone 3 "${left[@]}" || send QUIT "${left[@]}"
  wait_gone 3 "${left[@]}" || send KILL "${left[@]}"
  wait_gone 5 "${left[@]}" || fail "PostgreSQL's processes ${left[*]} do not end"
  rm -f "$POSTGRES_DATA/postmaster.pid"
}
