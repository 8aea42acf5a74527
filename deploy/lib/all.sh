# shellcheck shell=bash
# Everything up, down and status share, in the order in which it is needed.
set -euo pipefail
shopt -s inherit_errexit

lib=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=deploy/lib/output.sh
source "$lib/output.sh"
# shellcheck source=deploy/lib/environment.sh
source "$lib/environment.sh"
# shellcheck source=deploy/lib/ports.sh
source "$lib/ports.sh"
# shellcheck source=deploy/lib/processes.sh
source "$lib/processes.sh"
# shellcheck source=deploy/lib/configuration.sh
source "$lib/configuration.sh"
load_settings
check_ports_file
find_run_directory
# shellcheck source=deploy/lib/components.sh
source "$lib/components.sh"
