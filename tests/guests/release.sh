# shellcheck shell=bash
# Sourced: makes the root of a Debian release that a test boots.

# Units that are enabled by default and cost an emulated guest seconds.
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

# configure_release TREE: root has no password; the network is configured by DHCP; name and identity come by credential or are made at
# the first boot, which asks for nothing that is set here.
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
    # These stamps say that /etc and /var match /usr, so that no unit updates them at boot.
    as_root touch "$tree/etc/.updated" "$tree/var/.updated"
}

# take_kernel FOLDER: moves kernel and initrd from /boot of FOLDER/tree to FOLDER, because the disk does not need them.
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

# make_release CACHE NAME SUITE PACKAGES: makes CACHE/NAME a link to a folder with the release, which is made once for each content of the
# calling script and of this one. The caller's finish_release FOLDER turns FOLDER/tree into the files that the folder has in the end.
make_release() {
    local cache=$1 name=$2 suite=$3 packages=$4 key
    key=$(cat "${BASH_SOURCE[1]}" "${BASH_SOURCE[0]}" | sha256sum | cut -c 1-16)
    made=$cache/${name}s/$key
    if [[ ! -d $made ]]; then
        need_release_tools
        say "making a Debian $suite in $made"
        as_root rm -rf "$made.new"
        mkdir -p "$made.new"
        trap 'as_root rm -rf "$made.new"' EXIT
        unpack_release "$suite" "$packages" "$made.new/tree"
        configure_release "$made.new/tree"
        finish_release "$made.new"
        ((EUID == 0)) || as_root chown "$(id -u):$(id -g)" "$made.new"/*
        mv "$made.new" "$made"
    fi
    ln -sfn "${name}s/$key" "$cache/$name"
}

need_release_tools() {
    need mmdebstrap mmdebstrap
    need gpgv gpgv
    need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
    need mkfs.ext4 e2fsprogs
    install_needed
}
