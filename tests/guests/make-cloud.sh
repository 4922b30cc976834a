#!/bin/bash
# usage: make-cloud.sh CACHE
# Makes a Debian 12 like its cloud images: its systemd (252, which starts no sshd by itself and installs no key), its sshd, its qemu-guest-agent, and its
# cloud-init, which searches for a seed disk and creates the user debian.
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
masked+=(systemd-firstboot.service)

packages=systemd-sysv,udev,dbus,libpam-systemd,openssh-server,iproute2,kmod,login,passwd,sudo,netbase,cloud-init,qemu-guest-agent,linux-image-cloud-amd64

# cloud-init changes neither network nor package sources: the tests need only its users and keys.
finish_release() {
    as_root tee "$1/tree/etc/cloud/cloud.cfg.d/90-test.cfg" >/dev/null <<-'CONFIG'
		datasource_list: [NoCloud, None]
		network: {config: disabled}
		apt: {preserve_sources_list: true}
	CONFIG
    take_kernel "$1"
    pack_release "$1/tree" cloud 1G "$1/root.raw"
}

make_release "$1" cloud bookworm "$packages"
