# shellcheck shell=bash
# shellcheck disable=SC2154 # here, work, servers: set by run
# up, down and status with the servers alone.

pid_file() { cut -d ' ' -f 1 "$CRM_RUN/pid/$1"; }

all_pids() { local name; for name in "${servers[@]}"; do pid_file "$name"; done; }

# Gone, or a zombie whose parent takes its time.
ended() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

# Processes that have anything to do with this stack's directory.
ours() {
  local pid
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    [[ $pid == "$$" || $pid == "$BASHPID" ]] && continue
    if [[ $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) == *"$CRM_RUN"* || $(readlink "/proc/$pid/cwd") == "$CRM_RUN"* ]]; then
      tr '\0' ' ' <"/proc/$pid/cmdline"
      echo
    fi
  done 2>/dev/null
}

a_taken_port_is_named_before_anything_starts() { # check
  (sipp_run phone-rings "$SIP_ADDRESS" "$SIP_PORT") &
  local pid=$! output
  wait_until 20 socket_at udp "$SIP_ADDRESS" "$SIP_PORT" >/dev/null
  if output=$(up "${servers[@]}" 2>&1); then
    kill "$pid"
    echo "up did not mind: $output"
    exit 1
  fi
  kill "$pid"
  expect_match "the error" "$output" "port $SIP_PORT \(SIP_PORT, udp on $SIP_ADDRESS\) is taken by pid [0-9]+ \(sipp\)"
  expect "what was started" "$(ls "$CRM_RUN/pid")" ""
}

mistakes_in_the_files_are_all_told_at_once() { # check
  local output
  sed 's/^REDIS_PORT=.*/REDIS_PORT=80/; s/^AMI_PORT=.*/AMI_PORT=15339/' "$here/ports.env" >"$work/bad.env"
  if output=$(CRM_PORTS=$work/bad.env up 2>&1); then exit 1; fi
  expect_match "a port below 1024" "$output" "REDIS_PORT='80': give a port"
  expect_match "a port given twice" "$output" "AMI_PORT=15339: POSTGRES_PORT has the same port"
  sed 's/^PHONES=.*/PHONES="101 112"/; s/^FALLBACK_PLAN=.*/FALLBACK_PLAN="101@"/; s/^MENU_DIDS=.*/MENU_DIDS="74951000009"/' "$here/pbx.env" >"$work/bad.env"
  if output=$(CRM_PBX=$work/bad.env up asterisk 2>&1); then exit 1; fi
  expect_match "an emergency number" "$output" "PHONES: '112'"
  expect_match "a plan without seconds" "$output" "FALLBACK_PLAN: '101@'"
  expect_match "a menu for a number that is not there" "$output" "MENU_DIDS: '74951000009'"
  sed 's/^FALLBACK_PLAN=.*/FALLBACK_PLAN="v@60_101@20"/' "$here/pbx.env" >"$work/bad.env"
  if output=$(CRM_PBX=$work/bad.env up asterisk 2>&1); then exit 1; fi
  expect_match "a message before the end" "$output" "FALLBACK_PLAN: 'v@60_101@20'"
  rm "$work/bad.env"
}

up_brings_up_the_servers() { # check
  up "${servers[@]}"
  expect "their states" "$(server_states)" "running ok"
}

# status itself ends with an error here, since no service runs.
server_states() { { status || true; } | awk '$1 ~ /^(postgres|rabbitmq|redis|asterisk)$/ { print $2, $3 }' | sort -u; }

a_second_up_changes_nothing() { # check
  local before
  before=$(all_pids)
  up "${servers[@]}"
  expect "the processes" "$(all_pids)" "$before"
}

secrets_are_random_and_for_their_owner_alone() { # check
  expect "secrets.env" "$(stat -c %a "$CRM_RUN/secrets.env")" 600
  expect "phones.json" "$(stat -c %a "$CRM_RUN/demo/phones.json")" 600
  expect "files that others may read" "$(find "$CRM_RUN"/*/etc -type f -perm /077)" ""
  expect "secrets given twice" "$(sed -n 's/^[A-Z].*=//p' "$CRM_RUN/secrets.env" | sort | uniq -d)" ""
  expect_match "the name that marks true events" "$(sed -n 's/^AMI_SYSTEM_NAME=//p' "$CRM_RUN/secrets.env")" '^[A-Za-z0-9]{32}$'
}

no_server_runs_as_root_or_listens_beyond_loopback() { # check
  local name
  for name in "${servers[@]}"; do
    expect_match "$name's user" "$(stat -c %U "/proc/$(pid_file "$name")")" "^$( ((EUID)) && id -un || echo callcenter)\$"
  done
  # Column 2 of /proc/net/tcp: 0100007F is 127.0.0.1, and 0A in column 4 listens.
  expect "listeners on other addresses" "$(awk '$4 == "0A" { print $2 }' /proc/net/tcp |
    grep -iE ":($(printf '%04X|' "$SIP_WEB_PORT" "$POSTGRES_PORT" "$REDIS_PORT" "$AMQP_PORT" "$ERLANG_DIST_PORT" "$EPMD_PORT")$(printf %04X "$AMI_PORT"))\$" |
    grep -v '^0100007F' || true)" ""
}

status_says_why_a_killed_one_is_dead_and_up_starts_it_again() { # check
  local name others output
  for name in "${servers[@]}"; do
    others=$(for other in "${servers[@]}"; do [[ $other == "$name" ]] || pid_file "$other"; done)
    kill -9 "$(pid_file "$name")"
    wait_until 20 ended "$(pid_file "$name")"
    if output=$(status); then echo "status calls it healthy: $output"; exit 1; fi
    expect_match "status of $name" "$output" "$name +died +no .*pid $(pid_file "$name") has ended and nobody stopped it"
    up "$name"
    expect "the others after $name" "$(for other in "${servers[@]}"; do [[ $other == "$name" ]] || pid_file "$other"; done)" "$others"
  done
  expect "the states at last" "$(server_states)" "running ok"
}

what_was_written_survives_down_and_up() { # check
  sql "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)"
  down postgres
  up postgres
  expect "the row" "$(sql 'SELECT n FROM kept; DROP TABLE kept')" 7
}

sql() {
  PGPASSWORD=$(sed -n 's/^TELEPHONY_DATABASE_PASSWORD=//p' "$CRM_RUN/secrets.env") psql -X -q -A -t -v ON_ERROR_STOP=1 \
    -h "$HOST_ADDRESS" -p "$POSTGRES_PORT" -U telephony -d telephony -c "$1"
}

a_service_cannot_enter_the_database_of_another() { # check
  local output
  if output=$(PGPASSWORD=$(sed -n 's/^TELEPHONY_DATABASE_PASSWORD=//p' "$CRM_RUN/secrets.env") \
    psql -X -h "$HOST_ADDRESS" -p "$POSTGRES_PORT" -U telephony -d leads -c 'SELECT 1' 2>&1); then exit 1; fi
  expect_match "the refusal" "$output" "no pg_hba.conf entry"
}

a_pid_that_went_to_another_process_is_left_alone() { # check
  down redis
  sleep 300 &
  local stranger=$!
  # As after a crash: the number is in use again, by a process that began at another time.
  printf '%s 1 %s\n' "$stranger" "$(</proc/sys/kernel/random/boot_id)" >"$CRM_RUN/pid/redis"
  down redis
  kill -0 "$stranger" || { echo "a stranger was killed"; exit 1; }
  up redis
  kill "$stranger"
}

changed_configuration_restarts_only_what_it_concerns() { # check
  local before
  before=$(pid_file postgres)$(pid_file asterisk)
  sed "s/^REDIS_PORT=.*/REDIS_PORT=$((REDIS_PORT + 15))/" "$here/ports.env" >"$work/other.env"
  CRM_PORTS=$work/other.env up redis
  socket_at tcp "$HOST_ADDRESS" $((REDIS_PORT + 15)) || { echo "redis does not listen at its new port"; exit 1; }
  up "${servers[@]}"
  expect "the others" "$(pid_file postgres)$(pid_file asterisk)" "$before"
}

down_leaves_no_process() { # check
  down
  expect "what is left" "$(ours)" ""
  expect "pid files" "$(ls "$CRM_RUN/pid")" ""
}
