# shellcheck shell=bash
# The one list of what there is. A server is a file deploy/NAME/server.sh with functions
#   NAME_configure   writes its configuration, and makes its directories
#   NAME_inputs      prints the files whose change asks for a restart
#   NAME_start       launches it
#   NAME_check       fails and prints why when it is not healthy
# and of these what the general rule does not do:
#   NAME_setup       brings what is inside it (roles, databases) in order; tried until it succeeds
#   NAME_stop        ends it
#   NAME_sweep       removes what a killed one left behind
# A .NET service is a line of SERVICES; service.sh has these functions for all of them.

SERVERS=(postgres rabbitmq redis asterisk)

# What a ringing call waits for, and what it waits for at times. See turns.pl.
# shellcheck disable=SC2034 # for launch
CALLS_FIRST=(asterisk gateway redis)
# shellcheck disable=SC2034
CALLS_SOON=(postgres)

# name, project below services/, variable of its HTTP port. One whose project is not there is not known.
SERVICES=(
  "gateway TelephonyGateway GATEWAY_HTTP_PORT"
  "leads Leads LEADS_HTTP_PORT"
  "staff Staff STAFF_HTTP_PORT"
  "api PublicApi API_HTTP_PORT"
  "console WebConsole CONSOLE_HTTP_PORT"
)

COMPONENTS=("${SERVERS[@]}")
for entry in "${SERVICES[@]}"; do
  read -r name project _ <<<"$entry"
  [[ ! -f $REPO/services/$project/$project.csproj ]] || COMPONENTS+=("$name")
done

# shellcheck source=deploy/postgres/server.sh
source "$DEPLOY/postgres/server.sh"
# shellcheck source=deploy/rabbitmq/server.sh
source "$DEPLOY/rabbitmq/server.sh"
# shellcheck source=deploy/redis/server.sh
source "$DEPLOY/redis/server.sh"
# shellcheck source=deploy/asterisk/server.sh
source "$DEPLOY/asterisk/server.sh"
# shellcheck source=deploy/services/service.sh
source "$DEPLOY/services/service.sh"

is_server() { [[ " ${SERVERS[*]} " == *" $1 "* ]]; }

component() { # VERB NAME
  if is_server "$2"; then
    if [[ $(type -t "$2_$1") == function ]]; then "$2_$1"; else "default_$1" "$2"; fi
  else
    if [[ $(type -t "service_$1") == function ]]; then "service_$1" "$2"; else "default_$1" "$2"; fi
  fi
}

default_setup() { :; }
default_sweep() { :; }
default_stop() { stop_process "$1" TERM; }

# What it was started with and what it would be started with now.
fingerprint() { component inputs "$1" | xargs -r -d '\n' sha256sum | sha256sum | cut -c 1-64; }

is_current() { [[ $(cat "$RUN/pid/$1.sum" 2>/dev/null) == "$(fingerprint "$1")" ]]; }

start_component() {
  component sweep "$1"
  component start "$1"
  fingerprint "$1" >"$RUN/pid/$1.sum"
}

# Names from the command line, or all.
chosen() { # NAME...
  local name
  if (($# == 0)); then
    CHOSEN=("${COMPONENTS[@]}")
    return
  fi
  CHOSEN=()
  for name; do
    [[ " ${COMPONENTS[*]} " == *" $name "* ]] || fail "there is no '$name' here" "known: ${COMPONENTS[*]}"
  done
  # In the order of the list, whatever order they were given in.
  for name in "${COMPONENTS[@]}"; do [[ " $* " != *" $name "* ]] || CHOSEN+=("$name"); done
}
