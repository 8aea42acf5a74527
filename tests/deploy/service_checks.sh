# shellcheck shell=bash
# shellcheck disable=SC2154 # here, repo, work: set by run
# Building, starting and watching a service, with a stand-in for the gateway in a copy of the clone that only its owner can
# enter, as one in /root is. What the real services do is tested elsewhere.

# Works in the copy, whose run directory is the default one.
in_copy() { env -u CRM_RUN "CRM_PORTS=$here/ports.env" "CRM_PBX=$here/pbx.env" "$work/closed/clone/deploy/$1" "${@:2}"; }

make_copy() {
  mkdir -p "$work/closed/clone/services/TelephonyGateway" "$work/closed/clone/protos"
  chmod 700 "$work/closed"
  cp -r "$repo/deploy" "$repo/global.json" "$work/closed/clone/"
  # Named so only here: in this repository it is no project of the solution.
  cp "$here/standin/project.xml" "$work/closed/clone/services/TelephonyGateway/TelephonyGateway.csproj"
  cp "$here/standin/Program.cs" "$work/closed/clone/services/TelephonyGateway/"
  down >/dev/null 2>&1 || true
}

remove_copy() {
  local run
  run=$(readlink "$work/closed/clone/.run") || return 0
  in_copy down >/dev/null 2>&1 || true
  rm -rf "$run"
}

a_service_is_built_started_watched_and_built_anew_when_it_changes() { # check
  local pid output
  make_copy
  if in_copy up leads 2>"$work/unknown"; then exit 1; fi
  expect_match "a service without a project" "$(cat "$work/unknown")" "there is no 'leads' here"

  # Alone it is up, though it cannot be ready.
  output=$(in_copy up gateway)
  expect_match "gateway alone" "$output" 'gateway is up, but not ready: 503: .*nothing to talk to'
  expect_match "where it runs" "$(readlink "$work/closed/clone/.run")" '^/var/lib/callcentercrm/[0-9a-f]{12}$'
  if output=$(in_copy status); then exit 1; fi
  expect_match "its health" "$output" 'gateway +running +no .*503: .*nothing to talk to'
  expect_match "the others" "$output" 'redis +stopped +no .*not started'

  output=$(in_copy up)
  expect_match "gateway with all" "$output" 'gateway is healthy'
  expect_match "no second build" "$output" 'All is up'
  [[ $output != *building* ]] || { echo "built again though nothing had changed"; exit 1; }
  in_copy status
  pid=$(cut -d ' ' -f 1 "$work/closed/clone/.run/pid/gateway")

  # Changed sources: built while the old one runs, then started anew.
  printf '// changed\n' >>"$work/closed/clone/services/TelephonyGateway/Program.cs"
  output=$(in_copy up)
  expect_match "after a change" "$output" 'building gateway'
  [[ $(cut -d ' ' -f 1 "$work/closed/clone/.run/pid/gateway") != "$pid" ]] || { echo "not started anew"; exit 1; }

  # Sources that do not compile leave what runs alone.
  pid=$(cut -d ' ' -f 1 "$work/closed/clone/.run/pid/gateway")
  printf 'nonsense\n' >>"$work/closed/clone/services/TelephonyGateway/Program.cs"
  if output=$(in_copy up 2>&1); then exit 1; fi
  expect_match "the compiler's words" "$output" 'error CS.*the build failed'
  kill -0 "$pid"
  in_copy down
}
