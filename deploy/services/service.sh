# shellcheck shell=bash
# The .NET services: built into RUN/bin/PROJECT, configured by RUN/config/NAME.json, health at /health/ready.
# Each function takes the service's name.

service_field() { # NAME 2|3 -> the project, or the value of its port
  local entry fields
  for entry in "${SERVICES[@]}"; do
    read -r -a fields <<<"$entry"
    [[ ${fields[0]} != "$1" ]] || { printf '%s' "${fields[$2 - 1]}"; return; }
  done
}

service_port() { local variable; variable=$(service_field "$1" 3); printf '%s' "${!variable}"; }

# Empty for a service that does not serve gRPC.
service_grpc_port() { local variable; variable=$(service_field "$1" 3); variable=${variable/_HTTP_/_GRPC_}; printf '%s' "${!variable:-}"; }

service_configure() {
  local file
  make_directory "$RUN/config" "$RUN/bin"
  make_own_directory "$RUN/$1"
  render "$DEPLOY/services/$1.json" "$RUN/config/$1.json"
  for file in telephony clients employees; do
    [[ -r $SEEDS/$file.json ]] || fail "there is no $SEEDS/$file.json"
    write_file "$RUN/config/$file.json" 600 "$SERVICE_USER" <"$SEEDS/$file.json"
  done
}

service_inputs() { printf '%s\n' "$RUN/config/$1.json" "$RUN/bin/$(service_field "$1" 2).stamp"; }

service_start() {
  local bin program
  bin=$RUN/bin/$(service_field "$1" 2)
  program=$(compgen -G "$bin/*.runtimeconfig.json") || fail "$bin holds no program"
  service_runtime
  launch "$1" "$RUN/$1" "CRM_CONFIG=$RUN/config/$1.json" DOTNET_CLI_TELEMETRY_OPTOUT=1 "$RUNTIME" "${program%.runtimeconfig.json}.dll"
}

# Sets RUNTIME to a dotnet that the servers' user can run: the one we build with, or, when that one lies in a closed home
# directory, a copy of its runtime in the cache.
service_runtime() {
  local own copy
  own=$(readlink -f "$(command -v dotnet)") || fail "there is no dotnet: install the .NET 10 SDK"
  RUNTIME=$own
  ! "${AS_SERVICE[@]}" test -x "$own" || return 0
  copy=$CACHE/dotnet-$(dotnet --version)
  RUNTIME=$copy/dotnet
  [[ ! -x $RUNTIME ]] || return 0
  step "copying the .NET runtime to $copy, since $SERVICE_USER cannot reach $own"
  rm -rf "$copy.new"
  mkdir -p "$copy.new"
  cp -a "$own" "${own%/*}/host" "${own%/*}/shared" "$copy.new/"
  mv "$copy.new" "$copy"
}

service_check() { service_get "$1" /health/ready; }

service_alive() { service_get "$1" /health/live; }

# Fails and prints the status and what the service says when the answer is not 200.
service_get() { # NAME PATH
  local socket answer
  { exec {socket}<>"/dev/tcp/$HOST_ADDRESS/$(service_port "$1")"; } 2>/dev/null || { printf 'refuses the connection'; return 1; }
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$2" "$HOST_ADDRESS" >&"$socket"
  answer=$(timeout 5 cat <&"$socket" | tr -d '\r')
  exec {socket}>&-
  [[ $answer != 'HTTP/1.1 200'* ]] || return 0
  [[ -n $answer ]] || { printf 'no answer in 5 s'; return 1; }
  printf '%s: %s' "$(cut -d ' ' -f 2 <<<"${answer%%$'\n'*}")" "$(sed '1,/^$/d' <<<"$answer" | tr -s ' \n' ' ' | cut -c 1-400)"
  return 1
}

# --- building -----------------------------------------------------------------------------------------------------------

source_stamp() {
  local directories=(services)
  [[ ! -d $REPO/protos ]] || directories+=(protos)
  stamp_of "${directories[@]}"
}

# One hash over everything that is built of these directories: contents, not times, so that a fresh checkout is not a change.
stamp_of() { # DIRECTORY...
  (
    cd "$REPO" || exit
    {
      find . -maxdepth 1 -type f '(' -name '*.props' -o -name '*.json' -o -name .editorconfig ')' -print0
      find "$@" -type f -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/node_modules/*' -not -path '*/dist/*' -print0
    } | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-64
  )
}

# Names of the services whose build is not of today's sources.
outdated_services() { # STAMP NAME...
  local stamp=$1 name
  shift
  for name; do
    [[ $(cat "$RUN/bin/$(service_field "$name" 2).stamp" 2>/dev/null) == "$stamp" ]] || printf '%s\n' "$name"
  done
}

# Builds beside what may be running; install_build puts it in place when the service is stopped.
build_services() { # NAME...
  local name project
  command -v dotnet >/dev/null || { echo 'there is no dotnet: install the .NET 10 SDK'; return 1; }
  for name; do
    project=$(service_field "$name" 2)
    rm -rf "$RUN/bin/$project.new"
    publish "services/$project/$project.csproj" "$RUN/bin/$project.new" || return 1
    [[ ! -f $REPO/services/$project/ui/package.json ]] || publish_pages "services/$project/ui" "$RUN/bin/$project.new/pages" || return 1
  done
}

# Leaves no build server behind. What the analyzers say of the sources is for the tests, and takes longer than compiling.
publish() { # PROJECT DIRECTORY
  dotnet publish "$REPO/$1" -c Release -o "$2" --nologo -v minimal -p:RunAnalyzers=false -p:UseSharedCompilation=false -nodeReuse:false
}

# The pages of a service. Built in the clone, once for all stacks: DIRECTORY/dist says of which sources it was made.
publish_pages() { # DIRECTORY TARGET
  local ui=$REPO/$1 stamp lock
  stamp=$(stamp_of "$1")
  exec {lock}<"$ui"
  flock --wait 600 "$lock" || { echo "another build of $1 is at work for ten minutes"; return 1; }
  if [[ $(cat "$ui/dist/.stamp" 2>/dev/null) != "$stamp" ]]; then
    (
      node_for_pages && cd "$ui" || exit
      npm ci --no-audit --no-fund --ignore-scripts --loglevel=error || exit
      echo "packages of the pages are loaded"
      npm run build
    ) || return 1
    printf '%s\n' "$stamp" >"$ui/dist/.stamp"
    echo "pages are built"
  fi
  cp -r "$ui/dist" "$2"
  exec {lock}>&-
}

# Puts a Node.js first in the PATH that can build the pages: the machine's, or one from npm below RUN.
node_for_pages() {
  local wanted=22.23.3 arch
  # What Vite asks for.
  ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' || return 0
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) echo "there is no Node.js from 20.19 on, and none to load for $(uname -m): install one"; return 1 ;;
  esac
  if [[ ! -x $RUN/node/$wanted/node_modules/node-linux-$arch/bin/node ]]; then
    npm install --prefix "$RUN/node/$wanted" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "node-linux-$arch@$wanted" || return 1
  fi
  PATH=$RUN/node/$wanted/node_modules/node-linux-$arch/bin:$PATH
}

install_build() { # STAMP NAME
  local project
  project=$(service_field "$2" 2)
  [[ -d $RUN/bin/$project.new ]] || return 0
  component stop "$2"
  rm -rf "${RUN:?}/bin/$project"
  mv "$RUN/bin/$project.new" "$RUN/bin/$project"
  printf '%s\n' "$1" >"$RUN/bin/$project.stamp"
}
