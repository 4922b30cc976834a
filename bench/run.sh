#!/bin/bash
# usage: bench/run.sh [RUNS]
# Prints a table of whole runs through vmspawn against bare QEMU with the arguments that vmspawn plans (default 20 runs).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

need_dotnet
./build.sh
dotnet run --project bench/Vmspawn.Bench --configuration Release -- "$PWD/artifacts/vmspawn" "${1:-20}"
