# shellcheck shell=bash
# Where things are and as whom they run.
# shellcheck disable=SC2034 # the others read these

export LC_ALL=C.UTF-8
umask 022

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
DEPLOY=$REPO/deploy
CACHE=${CRM_CACHE:-/var/cache/callcentercrm}
PBX_FILE=${CRM_PBX:-$DEPLOY/company/pbx.env}
SEEDS=${CRM_SEEDS:-$DEPLOY/company}
SYSTEM_USER=callcenter

if ((EUID == 0)); then
  SERVICE_USER=$SYSTEM_USER
  AS_SERVICE=(setpriv "--reuid=$SERVICE_USER" "--regid=$SERVICE_USER" --init-groups --no-new-privs --inh-caps=-all)
else
  SERVICE_USER=$(id -un)
  AS_SERVICE=(setpriv --no-new-privs)
fi

# Sets RUN: $CRM_RUN, or .run in the clone, or what .run points to. When the user the servers run as cannot reach the
# clone (one in /root, say), .run is made a link to a directory below /var/lib.
find_run_directory() {
  RUN=${CRM_RUN:-$REPO/.run}
  if [[ ! -e $RUN && -z ${CRM_RUN:-} ]] && ((EUID == 0)) && ! reachable_by_others "$REPO"; then
    RUN=/var/lib/callcentercrm/$(sha256sum <<<"$REPO" | cut -c 1-12)
  fi
  RUN=$(realpath -m "$RUN")

  # These paths are written into the configuration of seven programs with seven ways of quoting.
  [[ $RUN =~ ^[[:alnum:]/._+-]+$ ]] || fail "the run directory '$RUN' has a character other than letters, digits and / . _ + -" \
    "cure: set CRM_RUN to a plain path"
  # Asterisk's control socket lies below it, and a Unix socket's path ends at 107 bytes.
  (($(printf %s "$RUN" | wc -c) <= 80)) || fail "the path of the run directory '$RUN' is longer than 80 bytes" \
    "cure: set CRM_RUN to a shorter path"
}

make_run_directory() {
  mkdir -p "$RUN"
  require_run_directory
  chmod 755 "$RUN"
  if [[ -z ${CRM_RUN:-} && ! -e $REPO/.run ]]; then ln -s "$RUN" "$REPO/.run"; fi
  ((EUID != 0)) || reachable_by_others "$RUN" || fail "the user $SERVICE_USER cannot reach $RUN" \
    "cure: set CRM_RUN to a directory whose parents have mode 755"
  make_directory "$RUN"/{log,pid}
}

require_run_directory() {
  [[ -d $RUN ]] || fail "nothing was ever started here: there is no $RUN" "cure: ./deploy/up"
  [[ -O $RUN ]] || fail "$RUN belongs to $(stat -c %U "$RUN"): run this as that user, or set CRM_RUN to a directory of your own"
}

reachable_by_others() { # DIRECTORY: asks as nobody, since our own user may not be there yet
  setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$1"
}

# Directories of root's (mode 755) and the servers' own below them: root never writes where a server could have put a link.
make_directory() { mkdir -p "$@"; }

make_own_directory() { # DIRECTORY...
  local directory
  for directory; do
    mkdir -p "$directory"
    chmod 750 "$directory"
    chown "$SERVICE_USER:" "$directory"
  done
}

load_settings() {
  local ports=${CRM_PORTS:-$DEPLOY/ports.env}
  [[ -r $ports ]] || fail "cannot read the ports file $ports"
  [[ -r $PBX_FILE ]] || fail "cannot read the PBX's data file $PBX_FILE"
  PORTS_FILE=$ports
  # shellcheck source=deploy/ports.env
  source "$ports"
  # What an older file does not say.
  DEVICES=1
  # shellcheck source=deploy/company/pbx.env
  source "$PBX_FILE"
}

# up and down exclude each other; status reads only. The lock's descriptor is closed in every server we start.
take_lock() {
  exec 9>"$RUN/.lock"
  flock --nonblock 9 && return
  step "waiting for another up or down of $RUN"
  flock --wait 600 9 || fail "another up or down has been at work on $RUN for ten minutes"
}

# Asterisk takes two descriptors and more for each call, and loses CEL records when it runs out.
OPEN_FILES=$( (ulimit -n 65536 && ulimit -n) 2>/dev/null || ulimit -Hn)
