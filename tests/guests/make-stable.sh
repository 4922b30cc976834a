#!/bin/bash
# usage: make-stable.sh CACHE
# Makes CACHE/stable/root.raw, an ext4 with Debian's stable release: its systemd, its sshd and a user called somebody. It has no kernel and
# boots with that of make-debian.sh, whose initrd has loaded the drivers before the root is there. Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
cache=$1

suite=trixie
packages=systemd-sysv,udev,dbus,libpam-systemd,libnss-systemd,systemd-userdbd,openssh-server,iproute2,login,passwd

masked=(apt-daily.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service
    systemd-journald-audit.socket systemd-networkd-wait-online.service systemd-firstboot.service)

unpack_tree() {
    as_root rm -rf "$made.new"
    mkdir -p "$made.new"
    as_root mmdebstrap --quiet --mode=root --variant=essential --include="$packages" \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$suite" "$made.new/tree" >&2
}

configure_tree() {
    local tree=$made.new/tree unit
    as_root chroot "$tree" passwd --quiet --delete root
    as_root chroot "$tree" useradd --create-home --uid 1000 --shell /bin/sh somebody
    for unit in "${masked[@]}"; do as_root ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done
    as_root chroot "$tree" systemctl --quiet enable systemd-networkd.service
    as_root tee "$tree/etc/systemd/network/80-wired.network" >/dev/null <<-'NETWORK'
		[Match]
		Type=ether
		[Network]
		DHCP=yes
	NETWORK
    as_root rm -f "$tree/etc/hostname" "$tree/etc/machine-id" "$tree/var/lib/dbus/machine-id" "$tree/etc/resolv.conf"
    echo LANG=C.UTF-8 | as_root tee "$tree/etc/locale.conf" >/dev/null
    as_root ln -sf ../usr/share/zoneinfo/UTC "$tree/etc/localtime"
    as_root touch "$tree/etc/.updated" "$tree/var/.updated"
}

key=$(sha256sum "${BASH_SOURCE[0]}" | cut -c 1-16)
made=$cache/stables/$key
if [[ ! -d $made ]]; then
    need mmdebstrap mmdebstrap
    need gpgv gpgv
    need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
    need mkfs.ext4 e2fsprogs
    install_needed
    say "making a Debian $suite in $made"
    mkdir -p "$cache/stables"
    trap 'as_root rm -rf "$made.new"' EXIT
    unpack_tree
    configure_tree
    as_root truncate -s 512M "$made.new/root.raw"
    as_root mkfs.ext4 -q -L stable -d "$made.new/tree" -E root_owner=0:0 "$made.new/root.raw"
    as_root rm -rf "$made.new/tree"
    ((EUID == 0)) || as_root chown "$(id -u):$(id -g)" "$made.new"/*
    mv "$made.new" "$made"
fi
ln -sfn "stables/$key" "$cache/stable"
