#!/bin/bash
# Builds vmspawn and boots its built-in guest. Installs what is missing, without questions. Arguments are passed to `vmspawn demo`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

need qemu-system-x86_64 qemu-system-x86
need /usr/share/seabios/bios-256k.bin seabios
install_needed
./build.sh
exec artifacts/vmspawn demo "$@"
