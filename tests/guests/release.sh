# shellcheck shell=bash
# Sourced: makes the root of a Debian release that a test boots.

# What would run without anybody asking, and costs an emulated guest seconds.
masked=(apt-daily.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service
    systemd-journald-audit.socket systemd-networkd-wait-online.service)

# unpack_release SUITE PACKAGES TREE [OPTION OF MMDEBSTRAP]...
unpack_release() {
    local suite=$1 packages=$2 tree=$3
    shift 3
    as_root mmdebstrap --quiet --mode=root --variant=essential --include="$packages" \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$@" "$suite" "$tree" >&2
}

# configure_release TREE: root has no password; the network comes up by DHCP; name and identity come by credential or at the first
# boot, which asks for nothing that is settled here.
configure_release() {
    local tree=$1 unit
    as_root chroot "$tree" passwd --quiet --delete root
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
    # /usr is as old as these say: nothing is brought up to date at boot.
    as_root touch "$tree/etc/.updated" "$tree/var/.updated"
}

# take_kernel FOLDER: kernel and initrd leave /boot of FOLDER/tree, where the disk does not need them.
take_kernel() {
    as_root mv "$1"/tree/boot/vmlinuz-* "$1/vmlinuz"
    as_root mv "$1"/tree/boot/initrd.img-* "$1/initrd"
    as_root chmod 0644 "$1/vmlinuz" "$1/initrd"
}

# pack_release TREE LABEL SIZE FILE: an ext4 with the tree, which is removed.
pack_release() {
    as_root truncate -s "$3" "$4"
    as_root mkfs.ext4 -q -L "$2" -d "$1" -E root_owner=0:0 "$4"
    as_root rm -rf "$1"
}

need_release_tools() {
    need mmdebstrap mmdebstrap
    need gpgv gpgv
    need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
    need mkfs.ext4 e2fsprogs
    install_needed
}
