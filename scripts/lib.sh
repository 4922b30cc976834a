# shellcheck shell=bash
# Shared by build.sh, demo.sh and test.sh: what they say, and how they install what is missing.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

say() { printf '==> %s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# A frozen mirror's Release file may be past its date; nothing here depends on its age.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o Acquire::Check-Valid-Until=false -o Dpkg::Use-Pty=0 "$@" >&2
}

needed=()

# need WHAT PACKAGE: notes PACKAGE unless WHAT, a program or an absolute path, is there.
need() {
    case $1 in
        /*) [[ -e $1 ]] || needed+=("$2") ;;
        *) command -v "$1" >/dev/null || needed+=("$2") ;;
    esac
}

# Installs what `need` has noted. Nothing to do, no word, no root.
install_needed() {
    ((${#needed[@]})) || return 0
    command -v apt-get >/dev/null || die "these are missing and there is no apt-get to install them: ${needed[*]}"
    ((EUID == 0)) || command -v sudo >/dev/null || die "run as root, or install: ${needed[*]}"
    say "installing what is missing: ${needed[*]}"
    apt update
    apt install -y --no-install-recommends "${needed[@]}"
    needed=()
}

need_dotnet() {
    command -v dotnet >/dev/null || die "the .NET 10 SDK is missing: see https://dot.net/download"
}
