# shellcheck shell=bash
# Who holds a port, read from /proc: no tool beyond bash is needed.

# PORT_VARIABLES with their protocols; the trunk's port is the provider's.
LISTENING=(
  "tcp HOST_ADDRESS POSTGRES_PORT postgres"
  "tcp HOST_ADDRESS REDIS_PORT redis"
  "tcp HOST_ADDRESS EPMD_PORT rabbitmq"
  "tcp HOST_ADDRESS ERLANG_DIST_PORT rabbitmq"
  "tcp HOST_ADDRESS AMQP_PORT rabbitmq"
  "tcp HOST_ADDRESS AMI_PORT asterisk"
  "udp SIP_ADDRESS SIP_PORT asterisk"
  "tcp HOST_ADDRESS SIP_WEB_PORT asterisk"
  "tcp HOST_ADDRESS GATEWAY_HTTP_PORT gateway"
  "tcp HOST_ADDRESS GATEWAY_GRPC_PORT gateway"
  "tcp HOST_ADDRESS LEADS_HTTP_PORT leads"
  "tcp HOST_ADDRESS LEADS_GRPC_PORT leads"
  "tcp HOST_ADDRESS STAFF_HTTP_PORT staff"
  "tcp HOST_ADDRESS STAFF_GRPC_PORT staff"
  "tcp HOST_ADDRESS API_HTTP_PORT api"
  "tcp HOST_ADDRESS API_GRPC_PORT api"
  "tcp HOST_ADDRESS CONSOLE_HTTP_PORT console"
  "tcp HOST_ADDRESS CONSOLE_PORT console"
)

check_ports_file() {
  local errors=() variable entry
  local -A seen=()
  for variable in HOST_ADDRESS SIP_ADDRESS TRUNK_ADDRESS TRUNK_SECOND_ADDRESS; do
    [[ ${!variable:-} =~ ^127(\.[0-9]{1,3}){3}$ ]] || errors+=("$variable='${!variable:-}': give an address of 127.0.0.0/8")
  done
  for variable in RTP_FIRST RTP_LAST TRUNK_PORT; do
    is_port "${!variable:-}" || errors+=("$variable='${!variable:-}': give a port, 1024 to 65535")
  done
  for entry in "${LISTENING[@]}"; do
    read -r _ _ variable _ <<<"$entry"
    if ! is_port "${!variable:-}"; then
      errors+=("$variable='${!variable:-}': give a port, 1024 to 65535")
    elif [[ -n ${seen[${!variable}]:-} ]]; then
      errors+=("$variable=${!variable}: ${seen[${!variable}]} has the same port; give it one of its own")
    else
      seen[${!variable}]=$variable
    fi
  done
  ((${#errors[@]})) || ((RTP_LAST - RTP_FIRST >= 9)) || errors+=("RTP_LAST=$RTP_LAST: at least 10 ports from RTP_FIRST=$RTP_FIRST are needed")
  ((${#errors[@]} == 0)) || fail "$PORTS_FILE has $(count ${#errors[@]} mistake)" "${errors[@]/#/  }"
}

is_port() { [[ $1 =~ ^[1-9][0-9]{3,4}$ ]] && (($1 >= 1024 && $1 <= 65535)); }

count() { # NUMBER NOUN
  if (($1 == 1)); then printf '%d %s' "$@"; else printf '%d %ss' "$@"; fi
}

# Fails with every taken port of the components about to be started, before any is.
check_ports_free() { # COMPONENT...
  local errors=() protocol address port component inode
  for entry in "${LISTENING[@]}"; do
    read -r protocol address port component <<<"$entry"
    [[ " $* " == *" $component "* ]] || continue
    inode=$(socket_at "$protocol" "${!address}" "${!port}") || continue
    errors+=("port ${!port} ($port, $protocol on ${!address}) is taken by $(holder_of "$inode")")
  done
  ((${#errors[@]} == 0)) || fail "nothing was started: $(count ${#errors[@]} port) taken" "${errors[@]/#/  }" \
    "cure: stop that process, or change the port in $PORTS_FILE"
}

# Prints the inode of the socket bound to an address and port (or to the wildcard address); fails when it is free.
socket_at() { # tcp|udp ADDRESS PORT
  local a b c d hex
  IFS=. read -r a b c d <<<"$2"
  printf -v hex '%02X%02X%02X%02X:%04X' "$d" "$c" "$b" "$a" "$3"
  # Column 2 is the local address, 4 the state (0A listens), 10 the inode.
  cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null |
    awk -v here="$hex" -v port="${hex#*:}" -v protocol="$1" '
      (protocol == "udp" || $4 == "0A") && ($2 == here || $2 == "00000000:" port ||
        $2 == "00000000000000000000000000000000:" port || $2 == "0000000000000000FFFF0000" here) { inode = $10 }
      END { if (inode == "") exit 1; print inode }'
}

holder_of() { # INODE -> "pid 123 (name)" as far as we may look
  local link pid command
  link=$(find /proc -maxdepth 3 -path '/proc/[0-9]*/fd/*' -lname "socket:\\[$1\\]" -print 2>/dev/null) || true
  pid=$(cut -d / -f 3 <<<"${link%%$'\n'*}")
  if [[ -n $pid ]] && read -r command 2>/dev/null <"/proc/$pid/comm"; then
    printf 'pid %s (%s)' "$pid" "$command"
  else
    printf 'a process that only root can name'
  fi
}
