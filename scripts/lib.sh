# shellcheck shell=bash
# Shared by build.sh, demo.sh, test.sh and the like: messages, and the installation of what is missing.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
# The SDK aborts at its start where libicu is missing, unless it is told to do without cultures. The build needs none.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

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

# need WHAT PACKAGE: notes PACKAGE unless WHAT, a program or an absolute path, exists.
need() {
    case $1 in
        /*) [[ -e $1 ]] || needed+=("$2") ;;
        *) command -v "$1" >/dev/null || needed+=("$2") ;;
    esac
}

# need_library SONAME PACKAGE: the same for a shared library.
need_library() {
    [[ $(PATH=$PATH:/usr/sbin:/sbin ldconfig -p) == *"$1 "* ]] || needed+=("$2")
}

# need_listed FILE: the same for each line "WHAT PACKAGE" of FILE.
need_listed() {
    local what package
    while read -r what package; do
        [[ -z $what || $what == '#'* ]] || need "$what" "$package"
    done <"$1"
}

# Installs what `need` has noted. Where nothing is missing it prints nothing and needs no root.
install_needed() {
    ((${#needed[@]})) || return 0
    command -v apt-get >/dev/null || die "these are missing and there is no apt-get to install them: ${needed[*]}"
    ((EUID == 0)) || command -v sudo >/dev/null || die "run as root, or install: ${needed[*]}"
    say "installing what is missing: ${needed[*]}"
    apt update
    without_services apt install -y --no-install-recommends "${needed[@]}"
    needed=()
}

# without_services COMMAND…: runs it; the servers among the packages that it installs do not become services of this host.
without_services() {
    local units=(ssh.service ssh.socket)
    if [[ ! -d /run/systemd/system || " ${needed[*]} " != *" openssh-server "* ]]; then
        "$@"
        return
    fi
    as_root systemctl --quiet --runtime mask "${units[@]}"
    "$@"
    as_root systemctl --quiet disable "${units[@]}"
    as_root systemctl --quiet --runtime unmask "${units[@]}"
}

# The SDK version that global.json asks for. A newer one counts only within the same major and minor version.
sdk_version() {
    sed -n 's/.*"sdk".*"version": *"\([0-9.]*\)".*/\1/p' "$repository/global.json"
}

# sdk_fits [DOTNET]: whether DOTNET runs here and has an SDK that global.json accepts.
sdk_fits() {
    (cd "$repository" && "${1:-dotnet}" --version >/dev/null 2>&1)
}

# need_dotnet: uses the SDK in $PATH if it fits, else the one in .dotnet, else installs one there.
need_dotnet() {
    # NuGet is reached by HTTPS. On other systems than Debian's kind, packages of the SDK depend on what that needs.
    if command -v apt-get >/dev/null; then
        need_library libssl.so.3 libssl3
        [[ ${SSL_CERT_FILE-} ]] || need /etc/ssl/certs/ca-certificates.crt ca-certificates
    fi
    ! sdk_fits || return 0
    sdk_fits "$repository/.dotnet/dotnet" || install_sdk
    export DOTNET_ROOT=$repository/.dotnet PATH=$repository/.dotnet:$PATH
}

# fetch URL FILE
fetch() {
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --retry 2 --connect-timeout 20 --max-time 120 --output "$2" "$1"
    else
        wget --no-verbose --tries=3 --timeout=20 --output-document="$2" "$1"
    fi
}

# Installs the SDK into .dotnet by Microsoft's script. $VMSPAWN_DOTNET_INSTALL is the URL of a copy of that script.
install_sdk() {
    local url=${VMSPAWN_DOTNET_INSTALL:-https://dot.net/v1/dotnet-install.sh} version installed
    version=$(sdk_version)
    installed=$({ dotnet --list-sdks 2>/dev/null || true; } | cut -d ' ' -f 1 | paste -sd ' ')
    say "the .NET ${version%.*} SDK ($version or later) is missing${installed:+ (installed: $installed)}: installing it into $repository/.dotnet by $url"
    command -v wget >/dev/null || need curl curl
    install_needed
    # Held by the subshell only: a build server, which outlives us, must not inherit it. .NET itself locks the files that it reads.
    (
        flock --timeout 2400 "$lock" || die "another script has been installing the SDK into $repository/.dotnet for 40 minutes"
        sdk_fits "$repository/.dotnet/dotnet" || install_sdk_by "$url" "$version"
    ) {lock}<"$repository/scripts/lib.sh" || exit 1
}

# install_sdk_by URL VERSION: .dotnet is replaced only by an SDK that was seen to run.
install_sdk_by() {
    local new=$repository/.dotnet.new
    rm -rf "$new"
    mkdir "$new"
    if ! fetch "$1" "$new/dotnet-install.sh" >&2; then
        rm -rf "$new"
        die "$1 cannot be fetched: install the .NET ${2%.*} SDK (https://dot.net/download), or set VMSPAWN_DOTNET_INSTALL to the URL of a copy of dotnet-install.sh"
    fi
    if ! timeout 30m bash "$new/dotnet-install.sh" --channel "${2%.*}" --install-dir "$new" --no-path >&2 \
        || ! (cd "$repository" && "$new/dotnet" --version) >&2; then
        rm -rf "$new"
        die "$1 has not installed a .NET ${2%.*} SDK ($2 or later): install one (https://dot.net/download)"
    fi
    rm -rf "$repository/.dotnet" "$new/dotnet-install.sh"
    mv "$new" "$repository/.dotnet"
}
