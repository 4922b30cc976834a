#!/bin/bash
# usage: make-stable.sh CACHE
# Makes CACHE/stable/root.raw, an ext4 with Debian's stable release: its systemd, its sshd and a user called somebody. It has no kernel and
# boots with that of make-debian.sh, whose initrd has loaded the drivers before the root is there. Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=tests/guests/release.sh
. "$here/release.sh"
cache=$1
masked+=(systemd-firstboot.service)

suite=trixie
packages=systemd-sysv,udev,dbus,libpam-systemd,libnss-systemd,systemd-userdbd,openssh-server,iproute2,login,passwd

key=$(cat "${BASH_SOURCE[0]}" "$here/release.sh" | sha256sum | cut -c 1-16)
made=$cache/stables/$key
if [[ ! -d $made ]]; then
    need_release_tools
    say "making a Debian $suite in $made"
    as_root rm -rf "$made.new"
    mkdir -p "$made.new"
    trap 'as_root rm -rf "$made.new"' EXIT
    unpack_release $suite $packages "$made.new/tree"
    configure_release "$made.new/tree"
    as_root chroot "$made.new/tree" useradd --create-home --uid 1000 --shell /bin/sh somebody
    pack_release "$made.new/tree" stable 512M "$made.new/root.raw"
    ((EUID == 0)) || as_root chown "$(id -u):$(id -g)" "$made.new"/*
    mv "$made.new" "$made"
fi
ln -sfn "stables/$key" "$cache/stable"
