# shellcheck shell=bash
# What the machine lacks, and having it installed.

# Fills MISSING (arguments for lib/install) and WHY (lines for people).
find_missing() { # COMPONENT...
  MISSING=() WHY=()
  local name
  for name; do
    case $name in
      postgres) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || need postgresql "the database (about 50 MB to load, 190 MB on the disk)" ;;
      rabbitmq) [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || need rabbitmq-server "the message broker and Erlang (about 50 MB to load, 90 MB on the disk)" ;;
      redis) [[ -x /usr/bin/redis-server ]] || need redis-server "the cache (about 2 MB)" ;;
      asterisk) asterisk_find || need_asterisk ;;
      console) need_node ;;
    esac
  done
  if ((EUID == 0)) && ! getent passwd "$SYSTEM_USER" >/dev/null; then
    need "user:$SYSTEM_USER" "a system user without shell and home, as whom the servers run"
  fi
}

# Nothing of it runs once the console's pages are built. Debian's own is too old to build them, but can load one that is not.
need_node() {
  command -v node >/dev/null || need nodejs "loads a newer Node.js, which builds the console's pages (about 15 MB)"
  command -v npm >/dev/null || need npm "loads what the pages are built of (about 30 MB)"
}

need() { # ARGUMENT WHY
  MISSING+=("$1")
  WHY+=("$(printf '%-18s %s' "${1#user:}" "$2")")
}

# The distribution's own where it can write CEL as JSON, which came with 22.8.
need_asterisk() {
  local candidate
  candidate=$(apt-cache policy asterisk 2>/dev/null | sed -n 's/^ *Candidate: //p')
  if [[ $candidate == *:* ]] && dpkg --compare-versions "$candidate" ge 1:22.8; then
    need asterisk "the PBX (about 60 MB)"
    need asterisk-core-sounds-ru-gsm "its Russian prompts (about 5 MB)"
    return
  fi
  command -v debootstrap >/dev/null || need debootstrap "makes the Debian root that Asterisk needs (1 MB)"
  MISSING+=("asterisk:$ASTERISK_ROOT")
  WHY+=("$(printf '%-18s %s' asterisk "the PBX; this Debian has none that will do, so it gets a root of Debian sid in")"
    "$(printf '%-18s %s' '' "$ASTERISK_ROOT, outside the clone (about 120 MB to load, 290 MB on the disk)")")
}

install_missing() {
  local sudo=()
  printf 'Root is needed once, to install (no server of these packages is started or enabled by that):\n'
  printf '  %s\n' "${WHY[@]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "you are not root, and there is no sudo" \
      "cure: run as root: CRM_INSTALL_LOG=/dev/stdout $DEPLOY/lib/install ${MISSING[*]}"
    sudo=(sudo)
  fi
  : >"$RUN/log/install.log"
  "${sudo[@]}" env "CRM_STARTED=$CRM_STARTED" "CRM_INSTALL_LOG=$RUN/log/install.log" "$DEPLOY/lib/install" "${MISSING[@]}" 9>&-
}
