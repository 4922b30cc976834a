#!/bin/bash
# Makes all NuGet packages of this repository in artifacts/packages: the libraries with their symbols, and the command as a .NET tool.
#
# usage: ./pack.sh [--libraries | LIBRARY…]
#   --libraries: without the tool, whose native program takes a minute for each processor. LIBRARY: only the named ones.
#
# The tool is made for this computer's processor, and for the other one of x64 and arm64 if Debian's cross compiler for it is installed
# (gcc-aarch64-linux-gnu or gcc-x86-64-linux-gnu). The same sources make the same packages, byte by byte, in whatever directory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

packages=$PWD/artifacts/packages
work=$PWD/artifacts/pack
libraries=(Vmspawn.Linux Vmspawn.Pcie Vmspawn.Qmp Vmspawn.Varlink Vmspawn Vmspawn.Testing Vmspawn.Testing.Xunit)

pack() {
    # Outputs of their own: paths are replaced in what these builds make, which others would build again.
    dotnet pack --configuration Release --output "$packages" --artifacts-path "$work" --verbosity quiet --nologo -p:ContinuousIntegrationBuild=true "$@"
}

# The time stamp of the files in a package: that of the commit, or the first that a zip file can have.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}
export SOURCE_DATE_EPOCH

# pack_program PROCESSOR COMPILER OBJCOPY
pack_program() {
    rm -rf "$work/publish"
    pack src/Vmspawn.Cli "$tool_processors" --runtime "$1" -p:CppCompilerAndLinker="$2" -p:ObjCopyName="$3" -p:PublishDir="$work/publish/"
}

pack_tool() {
    local native other cross compiler=gcc
    case $(uname -m) in
        x86_64) native=linux-x64 other=linux-arm64 cross=aarch64-linux-gnu ;;
        aarch64) native=linux-arm64 other=linux-x64 cross=x86_64-linux-gnu ;;
        *) die "the tool is made on x86-64 and arm64 only" ;;
    esac
    command -v "$cross-gcc" >/dev/null || cross=
    tool_processors=-p:ToolProcessors=$native${cross:+"+$other"}
    ! command -v clang >/dev/null || compiler=clang
    say "packing the tool for $native${cross:+ and $other}"
    pack_program "$native" "$compiler" objcopy
    [[ ! $cross ]] || pack_program "$other" "$cross-gcc" "$cross-objcopy"
    # The package that names those of the processors.
    pack src/Vmspawn.Cli "$tool_processors"
}

tool=1
case ${1-} in
    '') ;;
    --libraries) tool= ;;
    -*) die "unknown option $1: the usage is in the first lines of this script" ;;
    *) tool= libraries=("$@") ;;
esac
need_dotnet
if [[ $tool ]]; then
    command -v clang >/dev/null || need gcc gcc
    need objcopy binutils
    need /usr/include/stdio.h libc6-dev
fi
install_needed
rm -rf "$packages"
mkdir -p "$packages"
say "packing the libraries"
for library in "${libraries[@]}"; do
    pack "src/$library"
done
[[ ! $tool ]] || pack_tool
say "packed into artifacts/packages: $(cd "$packages" && ls -- *.nupkg | paste -sd ' ')"
