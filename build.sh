#!/bin/bash
# Builds the native program and leaves it at artifacts/vmspawn. Installs the .NET SDK and the linker where they are missing, without questions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

need_dotnet
if ! command -v clang >/dev/null; then
    need gcc gcc
fi
need objcopy binutils
need /usr/include/stdio.h libc6-dev
need /usr/include/zlib.h zlib1g-dev
install_needed

properties=()
if ! command -v clang >/dev/null; then
    properties+=(-p:CppCompilerAndLinker=gcc)
fi

say "building artifacts/vmspawn"
dotnet publish src/Vmspawn.Cli --configuration Release --use-current-runtime --output artifacts/publish \
    --verbosity quiet "${properties[@]}"

# The debug link in the program names the symbols by the assembly, so their file keeps that name.
mkdir -p artifacts/symbols
mv -f artifacts/publish/Vmspawn.Cli.dbg artifacts/symbols/
install -m 0755 artifacts/publish/Vmspawn.Cli artifacts/vmspawn
rm -r artifacts/publish
say "built artifacts/vmspawn ($(stat -c %s artifacts/vmspawn | numfmt --to=iec --suffix=B))"
