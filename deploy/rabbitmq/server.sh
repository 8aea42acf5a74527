# shellcheck shell=bash
# RabbitMQ with its own epmd (Erlang's name server), so that a second one beside it can have the same node name.

# The package's commands in /usr/sbin change user and directory; these do not.
RABBITMQ_BIN=/usr/lib/rabbitmq/bin

rabbitmq_environment() {
  local home=$RUN/rabbitmq
  RABBITMQ_ENVIRONMENT=(
    "RABBITMQ_NODENAME=crm@localhost"
    "RABBITMQ_NODE_IP_ADDRESS=$HOST_ADDRESS" "RABBITMQ_NODE_PORT=$AMQP_PORT" "RABBITMQ_DIST_PORT=$ERLANG_DIST_PORT"
    "RABBITMQ_MNESIA_BASE=$home/data/mnesia" "RABBITMQ_LOG_BASE=$home/data/log" "RABBITMQ_LOGS=-"
    "RABBITMQ_PID_FILE=$home/data/pid" "RABBITMQ_GENERATED_CONFIG_DIR=$home/data/generated"
    "RABBITMQ_CONFIG_FILE=$home/etc/rabbitmq.conf" "RABBITMQ_ENABLED_PLUGINS_FILE=$home/etc/enabled_plugins"
    # What a RabbitMQ of the machine's own is configured with is not for us.
    "RABBITMQ_CONF_ENV_FILE=$home/etc/none" "RABBITMQ_ADVANCED_CONFIG_FILE=$home/etc/none"
    "ERL_EPMD_PORT=$EPMD_PORT" "ERL_EPMD_ADDRESS=$HOST_ADDRESS" "ERL_CRASH_DUMP=$home/data/erl_crash.dump"
    # Without busy waiting an idle broker costs nothing to the PBX on the same cores. RabbitMQ binds its schedulers to
    # cores (+stbt db); unbound they start twice as fast beside somebody who keeps one core busy.
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {${HOST_ADDRESS//./,}} +sbwt none +sbwtdcpu none +sbwtdio none +stbt u"
    # Makes the start script become the Erlang machine instead of watching it: one process, the one of the pid file.
    "RABBITMQ_ALLOW_INPUT=1"
  )
}

rabbitmq_configure() {
  make_directory "$RUN/rabbitmq/etc"
  make_own_directory "$RUN/rabbitmq/data"
  render "$DEPLOY/rabbitmq/rabbitmq.conf" "$RUN/rabbitmq/etc/rabbitmq.conf"
  render "$DEPLOY/rabbitmq/definitions.json" "$RUN/rabbitmq/etc/definitions.json"
  write_file "$RUN/rabbitmq/etc/enabled_plugins" 600 "$SERVICE_USER" <<<'[].'
  # The cookie must belong to the user and be for him alone, or Erlang refuses it. Made through a pipe, not a path of root's.
  # shellcheck disable=SC2016
  "${AS_SERVICE[@]}" bash -c 'cd "$1" && rm -f .erlang.cookie && umask 377 && cat >.erlang.cookie' cookie "$RUN/rabbitmq/data" \
    <<<"$ERLANG_COOKIE"
}

rabbitmq_inputs() { printf '%s\n' "$RUN"/rabbitmq/etc/{rabbitmq.conf,definitions.json}; }

rabbitmq_start() {
  rabbitmq_environment
  is_running rabbitmq-epmd ||
    launch rabbitmq-epmd "$RUN/rabbitmq/data" epmd -address "$HOST_ADDRESS" -port "$EPMD_PORT"
  launch rabbitmq "$RUN/rabbitmq/data" "${RABBITMQ_ENVIRONMENT[@]}" "$RABBITMQ_BIN/rabbitmq-server" -noinput
}

# The node opens its port last, when users and queues are in place; it then answers AMQP's greeting with a frame
# (method, channel 0) that asks for the login.
rabbitmq_check() {
  local socket greeting
  is_running rabbitmq-epmd || { printf 'its epmd has ended'; return 1; }
  { exec {socket}<>"/dev/tcp/$HOST_ADDRESS/$AMQP_PORT"; } 2>/dev/null || { printf 'refuses the connection'; return 1; }
  printf 'AMQP\0\0\x09\x01' >&"$socket"
  greeting=$(timeout 3 head -c 3 <&"$socket" | od -An -tx1 | tr -d ' \n')
  exec {socket}>&-
  [[ $greeting == 010000 ]] && return 0
  printf 'no AMQP greeting: %s' "${greeting:-no answer in 3 s}"
  return 1
}

rabbitmq_sweep() { is_running rabbitmq || rabbitmq_stop; }

rabbitmq_stop() {
  stop_process rabbitmq TERM
  stop_process rabbitmq-epmd TERM
}
