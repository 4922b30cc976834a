#!/bin/bash
# usage: make-cloud.sh CACHE
# Makes a Debian 12 as its cloud images are: its systemd (252, which starts no sshd by itself and knows of no key), its sshd, and its
# cloud-init, which looks for a seed disk and makes the user debian.
#   CACHE/cloud/root.raw   its root, an ext4
#   CACHE/cloud/vmlinuz    its kernel, for direct boot
#   CACHE/cloud/initrd     its initrd
# Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=tests/guests/release.sh
. "$here/release.sh"
cache=$1
masked+=(systemd-firstboot.service)

suite=bookworm
packages=systemd-sysv,udev,dbus,libpam-systemd,openssh-server,iproute2,kmod,login,passwd,sudo,netbase,cloud-init,linux-image-cloud-amd64

# Network and package sources stay as they are: what cloud-init does for users and keys is what counts.
configure_cloud_init() {
    as_root tee "$1/etc/cloud/cloud.cfg.d/90-test.cfg" >/dev/null <<-'CONFIG'
		datasource_list: [NoCloud, None]
		network: {config: disabled}
		apt: {preserve_sources_list: true}
	CONFIG
}

key=$(cat "${BASH_SOURCE[0]}" "$here/release.sh" | sha256sum | cut -c 1-16)
made=$cache/clouds/$key
if [[ ! -d $made ]]; then
    need_release_tools
    say "making a Debian $suite with cloud-init in $made"
    as_root rm -rf "$made.new"
    mkdir -p "$made.new"
    trap 'as_root rm -rf "$made.new"' EXIT
    unpack_release $suite $packages "$made.new/tree"
    configure_release "$made.new/tree"
    configure_cloud_init "$made.new/tree"
    take_kernel "$made.new"
    pack_release "$made.new/tree" cloud 1G "$made.new/root.raw"
    ((EUID == 0)) || as_root chown "$(id -u):$(id -g)" "$made.new"/*
    mv "$made.new" "$made"
fi
ln -sfn "clouds/$key" "$cache/cloud"
