# shellcheck shell=bash
# What people see: one line per step with the seconds since the start; everything longer is in a log file.

# A child of `up` (the installer) counts on from its parent's start.
export CRM_STARTED=${CRM_STARTED:-$EPOCHREALTIME}

elapsed() { # SINCE -> seconds with one digit behind the point
  local now=${EPOCHREALTIME/./} since=$1
  local tenths=$(((now - ${since/./}) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

step() { printf '[%6ss] %s\n' "$(elapsed "$CRM_STARTED")" "$*"; }

complain() { printf '%s\n' "$@" >&2; }

fail() { # LINE...
  complain "error: $1" "${@:2}"
  exit 1
}

show_log() { # LOG
  [[ -s $1 ]] || return 0
  complain "--- the last lines of $1"
  tail -n 20 "$1" | cut -c 1-300 >&2
  complain '---'
}
