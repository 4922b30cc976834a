#!/bin/bash
# usage: make-stable.sh CACHE
# Makes CACHE/stable/root.raw, an ext4 with Debian's stable release: its systemd, its sshd and a user called somebody. It has no kernel and
# boots with that of make-debian.sh, whose initrd has loaded the drivers before the root is mounted. Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=tests/guests/release.sh
. "$here/release.sh"
masked+=(systemd-firstboot.service)

packages=systemd-sysv,udev,dbus,libpam-systemd,libnss-systemd,systemd-userdbd,openssh-server,iproute2,login,passwd

finish_release() {
    as_root chroot "$1/tree" useradd --create-home --uid 1000 --shell /bin/sh somebody
    pack_release "$1/tree" stable 512M "$1/root.raw"
}

make_release "$1" stable trixie "$packages"
