# shellcheck shell=bash
# shellcheck disable=SC2154 # here, work: set by run
# SIP phones, the provider and a stand-in of the gateway for the checks, and what Asterisk itself wrote down (CEL).

# Becomes SIPp, so it is called in a subshell. Port 0: any. SCENARIO=CODE refuses with that code, or expects that refusal.
sipp_run() { # SCENARIO LOCAL_ADDRESS LOCAL_PORT [sipp's options...]
  local file=$here/sipp/${1%%=*}.xml address=$2 port=$3
  if [[ $1 == *=* ]]; then
    sed "s/@FINAL@/${1#*=}/g" "$file" >"$work/${1/=/-}.xml"
    file=$work/${1/=/-}.xml
  fi
  shift 3
  ((port == 0)) || set -- -p "$port" "$@"
  cd "$work" || exit
  # A second of ringing or talk: on a busy machine less could be over before any of it is recorded.
  exec sipp "$SIP_ADDRESS:$SIP_PORT" -sf "$file" -i "$address" -mi "$address" -ci 127.0.0.1 \
    -m 1 -d 1000 -nostdin -timeout 60 -timeout_error "$@" >>sipp.log 2>&1
}

password_of() { sed -n "s/^PHONE_$1_PASSWORD=//p" "$CRM_RUN/secrets.env"; }

# A registered phone at 127.0.1.EXTENSION that takes one call as the scenario says; its end is waited for by `finished`.
phone() { # EXTENSION SCENARIO [sipp's options...]
  local extension=$1 scenario=$2
  shift 2
  (sipp_run register "127.0.1.$extension" "$SIP_PORT" -s "$extension" -au "$extension" -ap "$(password_of "$extension")") ||
    { printf 'phone %s cannot register\n' "$extension"; exit 1; }
  [[ $scenario == idle ]] || answering "127.0.1.$extension" "$scenario" "$@"
}

# Whoever listens at an address of loopback: a phone, or the provider's network with the owner's mobile.
answering() { # ADDRESS SCENARIO [sipp's options...]
  (sipp_run "$2" "$1" "$SIP_PORT" "${@:3}") &
  printf '%s %s\n' "$!" "$1 $2" >>"$work/phones"
  wait_until 20 socket_at udp "$1" "$SIP_PORT" >/dev/null
}

# The provider delivers a call; returns when it is over, or fails when it went otherwise than the scenario says.
call() { # SCENARIO FROM NUMBER [sipp's options...]
  (sipp_run "$1" "$TRUNK_SECOND_ADDRESS" 0 -key from "$2" -s "$3" "${@:4}") ||
    { printf 'the call did not go as %s says\n' "$1"; exit 1; }
}

calling() { # the same, while the check goes on
  call "$@" &
  printf '%s the call %s\n' "$!" "$1" >>"$work/phones"
}

# Every phone, and every call that was going on, must have gone as its scenario says.
finished() {
  local pid what
  while read -r pid what; do
    wait_until 60 eval "! kill -0 $pid 2>/dev/null"
    wait "$pid" || { printf '%s did not have its call\n' "$what"; exit 1; }
  done <"$work/phones"
  rm "$work/phones"
}

# What a check that failed has left.
reap() {
  local pid
  while read -r pid _; do kill "$pid" 2>/dev/null || true; done < <(cat "$work/phones" "$work/gateways" 2>/dev/null)
  rm -f "$work/phones" "$work/gateways"
}

# --- the gateway's part, by AMI ------------------------------------------------------------------------------------------

# Stands in for the gateway while a check goes on.
gateway() { # COMMANDS
  ami_open
  eval "$1" &
  printf '%s\n' "$!" >>"$work/gateways"
}

ami_open() {
  exec {AMI}<>"/dev/tcp/$HOST_ADDRESS/$AMI_PORT"
  printf 'Action: Login\r\nUsername: gateway\r\nSecret: %s\r\n\r\n' "$(sed -n 's/^AMI_SECRET=//p' "$CRM_RUN/secrets.env")" >&"$AMI"
  ami_wait FullyBooted
}

# Reads to the end of the next frame with such a line; CHANNEL is that frame's.
ami_wait() { # TEXT
  local line='' seen=
  CHANNEL=
  while read -r -t 20 -u "$AMI" line; do
    line=${line%$'\r'}
    [[ $line != *"$1"* ]] || seen=1
    [[ $line != 'Channel: '* ]] || CHANNEL=${line#Channel: }
    [[ -n $line ]] || { [[ -z $seen ]] || return 0; CHANNEL=; }
  done
  printf 'AMI never said %s\n' "$1"
  exit 1
}

set_plan() { # PLAN: on the channel of the frame last waited for
  printf 'Action: Setvar\r\nChannel: %s\r\nVariable: RING_PLAN\r\nValue: %s\r\n\r\n' "$CHANNEL" "$1" >&"$AMI"
}

# --- what Asterisk wrote down ------------------------------------------------------------------------------------------

CEL=$CRM_RUN/asterisk/log/cel-custom/cel.json

cel_mark() { CEL_FROM=$(($(stat -c %s "$CEL" 2>/dev/null || echo 0) + 1)); }

cel() { tail -c "+$CEL_FROM" "$CEL"; }

# Reads to the end: a reader that leaves early would make a failure of its writer.
cel_has() { (($(cel | grep -c -- "$1") > 0)); }

# Waits until the calls since cel_mark are written to the end, then prints EVENT or EVENT=EXTRA of each record of interest.
cel_story() {
  wait_until 30 cel_has LINKEDID_END
  cel_crm
}

cel_crm() {
  cel | sed -nE 's/.*"eventtype":"(CRM_[A-Z_]+)".*"eventextra":"\{\\"extra\\":\\"([^\\]*)\\".*/\1=\2/p'
}

cel_micros() { # REGEX -> the time of the first such record
  local time
  time=$(cel | sed -nE "/${1//\//\\/}/s/.*\"eventtime\":\"([0-9.]+)\".*/\1/p")
  time=${time%%$'\n'*}
  [[ -n $time ]] || { printf 'CEL has no %s\n' "$1"; exit 1; }
  printf '%s' "${time/./}"
}

# Milliseconds from one record to another.
cel_between() { printf '%d' $((($(cel_micros "$2") - $(cel_micros "$1")) / 1000)); }
