# shellcheck shell=bash
# Secrets, made once, and configuration files, made from templates at each start.

# Reads secrets.env and adds what it lacks. Each is at least 96 random bits and of [A-Za-z0-9] alone, so that it needs no
# quoting anywhere.
load_secrets() {
  local file=$RUN/secrets.env phone
  [[ -e $file ]] || (umask 077 && printf '# Made by deploy/up at the first start. Delete a line, or the file, and run it again to have new ones.\n' >"$file")
  # shellcheck disable=SC1090
  source "$file"
  secret POSTGRES_PASSWORD
  secret TELEPHONY_DATABASE_PASSWORD
  secret LEADS_DATABASE_PASSWORD
  secret STAFF_DATABASE_PASSWORD
  secret TELEPHONY_RABBITMQ_PASSWORD
  secret LEADS_RABBITMQ_PASSWORD
  secret STAFF_RABBITMQ_PASSWORD
  # Without this one the secrets in the database of staff cannot be read any more.
  secret STAFF_ENCRYPTION_SECRET 48
  secret ERLANG_COOKIE
  secret REDIS_PASSWORD
  secret AMI_SECRET
  secret AMI_HEALTH_SECRET
  secret AMI_SYSTEM_NAME
  # The console signs with it for the telephones in browsers; no page ever has it.
  secret BROWSER_PHONE_SECRET
  for phone in $PHONES; do secret "PHONE_${phone}_PASSWORD"; done
}

secret() { # NAME
  [[ -z ${!1:-} ]] || return 0
  local value
  value=$(random_letters "${2:-32}")
  declare -g "$1=$value"
  printf '%s=%s\n' "$1" "$value" >>"$RUN/secrets.env"
}

random_letters() { # LENGTH: a byte that is no letter or digit is thrown away, so that all are equally likely
  local letters=
  while ((${#letters} < $1)); do
    letters+=$(head -c 256 /dev/urandom | tr -dc 'A-Za-z0-9')
  done
  printf '%s' "${letters:0:$1}"
}

# Writes a file that only its reader may read; never half, and never through a link.
write_file() { # FILE MODE OWNER < TEXT
  local new=$1.new
  rm -f "$new"
  (umask 077 && cat >"$new")
  chown "$3:" "$new"
  chmod "$2" "$new"
  mv -f "$new" "$1"
}

# Replaces each @NAME@ by the shell variable of that name.
render() { # TEMPLATE FILE [MODE OWNER]
  local text name
  text=$(<"$1")
  while [[ $text =~ @([A-Z][A-Z0-9_]+)@ ]]; do
    name=${BASH_REMATCH[1]}
    [[ -v $name ]] || fail "$1 names @$name@, which nobody sets"
    text=${text//"@$name@"/"${!name}"}
  done
  write_file "$2" "${3:-600}" "${4:-$SERVICE_USER}" <<<"$text"
}

# For people and foreign tools: every address and port, by service.
write_endpoints() {
  local SERVICE_ENDPOINTS='' name url grpc
  for name in "${COMPONENTS[@]}"; do
    is_server "$name" && continue
    url=http://$HOST_ADDRESS:$(service_port "$name")
    grpc=$(service_grpc_port "$name")
    SERVICE_ENDPOINTS+=$(printf ',\n  "%s": { "http": "%s", "live": "%s/health/live", "ready": "%s/health/ready"%s }' "$name" "$url" "$url" "$url" \
      "${grpc:+, \"grpc\": \"http://$HOST_ADDRESS:$grpc\"}$([[ $name != console ]] || printf ', "pages": "http://%s:%s"' "$HOST_ADDRESS" "$CONSOLE_PORT")")
  done
  render "$DEPLOY/lib/endpoints.json" "$RUN/endpoints.json" 644 "$(id -un)"
}

# The accounts of the demo's phones, for whoever ran `up`.
write_phones() {
  local phone password comma=''
  make_directory "$RUN/demo"
  {
    printf '['
    for phone in $PHONES; do
      password=PHONE_${phone}_PASSWORD
      printf '%s\n  { "extension": "%s", "password": "%s", "server": "%s:%s", "name": "Manager %s" }' \
        "$comma" "$phone" "${!password}" "$SIP_ADDRESS" "$SIP_PORT" "$phone"
      comma=,
    done
    printf '\n]\n'
  } | write_file "$RUN/demo/phones.json" 600 "$(id -un)"
}
