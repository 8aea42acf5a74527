# shellcheck shell=bash
# Starting, finding again and stopping the processes that are ours, and no others.
#
# A pid file holds "PID START BOOT". The pid is believed only while a process of that number has that start time in this
# boot, so a stale file is harmless after a crash, a reboot, or when the number has gone to somebody else.

BOOT=$(</proc/sys/kernel/random/boot_id)
STOP_SECONDS=30

# Prints "STATE SESSION START" of a process; fails when there is none, or only a zombie.
process_stat() { # PID
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # The name in parentheses may hold blanks: columns are counted from behind it (proc(5): 3 state, 6 session, 22 start).
  read -r -a stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] || return 1
  printf '%s %s %s' "${stat[0]}" "${stat[3]}" "${stat[19]}"
}

# Prints the pid of a running process of ours; fails when it does not run.
pid_of() { # NAME
  local pid start boot stat
  { read -r pid start boot <"$RUN/pid/$1"; } 2>/dev/null || return 1
  [[ $boot == "$BOOT" ]] && stat=$(process_stat "$pid") && [[ ${stat##* } == "$start" ]] || return 1
  printf '%s' "$pid"
}

is_running() { pid_of "$1" >/dev/null; }

# "running", "died" (it ended, and nobody had told it to) or "stopped".
state_of() { # NAME
  if is_running "$1"; then printf running; elif [[ -e $RUN/pid/$1 ]]; then printf died; else printf stopped; fi
}

uptime_of() { # PID -> seconds
  local stat up
  stat=$(process_stat "$1") || return 1
  read -r up _ </proc/uptime
  printf '%d' $((${up%.*} - ${stat##* } / $(getconf CLK_TCK)))
}

# Runs a command as the servers' user in a session of its own, with nothing of our environment and descriptors; its
# output goes to log/NAME.log, the log of the time before is kept beside it. Returns when the pid file is written.
launch() { # NAME DIRECTORY [VARIABLE=VALUE...] COMMAND...
  local name=$1 directory=$2 log=$RUN/log/$1.log pid_file=$RUN/pid/$1 turns=
  shift 2
  [[ " ${CALLS_FIRST[*]} " != *" $name "* ]] || turns=first
  [[ " ${CALLS_SOON[*]} " != *" $name "* ]] || turns=short
  rm -f "$pid_file"
  [[ ! -s $log ]] || mv -f "$log" "$log.before"
  # The child writes its own pid file before it turns into the server, so that no server can run unknown to us. What a
  # call waits for goes before everything else on a busy machine.
  # shellcheck disable=SC2016
  (
    cd "$directory" || exit
    ulimit -n "$OPEN_FILES"
    exec setsid bash -c '
      read -r -a stat </proc/$$/stat
      printf "%s %s %s\n" $$ "${stat[21]}" "$1" >"$2.new" && mv "$2.new" "$2"
      [[ -z $3 ]] || perl "$4" "$3" 2>/dev/null || :
      shift 4
      exec "$@"' launch "$BOOT" "$pid_file" "$turns" "$DEPLOY/lib/turns.pl" \
      "${AS_SERVICE[@]}" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "HOME=$directory" "$@"
  ) </dev/null >"$log" 2>&1 9>&- &
  local child=$!
  until [[ -e $pid_file ]]; do
    kill -0 "$child" 2>/dev/null || { show_log "$log"; fail "$name could not be started"; }
    sleep 0.01
  done
}

# The process itself and what it forked into its session. The kernel gives a session's number to no one else while a
# member lives, so what a dead leader left behind is still ours; a leader of another start time says that it is not.
session_of() { # NAME -> pids
  local leader start boot pid stat
  { read -r leader start boot <"$RUN/pid/$1"; } 2>/dev/null || return 0
  [[ $boot == "$BOOT" ]] || return 0
  ! stat=$(process_stat "$leader") || [[ ${stat##* } == "$start" ]] || return 0
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    stat=$(process_stat "$pid") || continue
    stat=${stat#* }
    [[ ${stat% *} != "$leader" ]] || printf '%s\n' "$pid"
  done
}

send() { # SIGNAL PID...: one that has just ended is no error
  local signal=$1
  shift
  ((!$#)) || kill -s "$signal" "$@" 2>/dev/null || true
}

# Waits until none of the processes is left; fails after SECONDS.
wait_gone() { # SECONDS PID...
  local pid end=$((${EPOCHREALTIME%.*} + $1))
  shift
  for pid; do
    while process_stat "$pid" >/dev/null; do
      ((${EPOCHREALTIME%.*} < end)) || return 1
      sleep 0.05
    done
  done
}

# Ends a process: the signal, a bounded wait, then KILL for it and whatever it leaves in its session.
stop_process() { # NAME SIGNAL
  local pid left=()
  if pid=$(pid_of "$1"); then
    send "$2" "$pid"
    wait_gone "$STOP_SECONDS" "$pid" || step "$1 did not end within $STOP_SECONDS s: killing it"
  fi
  mapfile -t left < <(session_of "$1")
  send KILL "${left[@]}"
  wait_gone 5 "${left[@]}" || fail "$1: could not end ${left[*]}"
  rm -f "$RUN/pid/$1" "$RUN/pid/$1.sum"
}
