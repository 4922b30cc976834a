#!/bin/bash
# usage: make-debian.sh CACHE
# Makes a small Debian with a real systemd, without loop devices, KVM or a running systemd:
#   CACHE/debian/tree       the root directory, owned as in the guest
#   CACHE/debian/vmlinuz    its kernel, for direct boot
#   CACHE/debian/initrd     a systemd initrd that finds the root disk behind any virtio or NVMe controller
#   CACHE/debian/uki.efi    both as a unified kernel image
#   CACHE/debian/disk.raw   GPT: an EFI system partition (systemd-boot, the image as its entry) and an ext4 root
#   CACHE/debian/partuuid   the PARTUUID of that root
# root has an empty password. Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=tests/guests/release.sh
. "$here/release.sh"
cache=$1

suite=sid
packages=systemd-sysv,udev,dbus,libpam-systemd,libnss-systemd,systemd-userdbd,openssh-server,iproute2,kmod,login,passwd,systemd-boot-efi,linux-image-cloud-amd64,cloud-init,jq,multipath-tools

# The Discoverable Partitions Specification's types, and identities that tests can count on.
esp_type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b
root_type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709
esp_id=5bd1ffd8-4d2c-4a6b-8a5e-0a3b6c6f2d01
root_id=5bd1ffd8-4d2c-4a6b-8a5e-0a3b6c6f2d02
mib=$((1 << 20))
esp_start=$mib
esp_size=$((272 * mib))
root_start=$((esp_start + esp_size))
root_size=$((768 * mib))

unpack_tree() {
    as_root rm -rf "$made.new"
    mkdir -p "$made.new"
    cat >"$made.new/initrd.conf" <<-'CONF'
		hostonly=no
		dracutmodules="systemd systemd-initrd systemd-udevd systemd-journald systemd-tmpfiles systemd-sysctl systemd-modules-load dracut-systemd base fs-lib kernel-modules rootfs-block udev-rules shutdown"
		drivers=" virtio_blk virtio_scsi sd_mod sr_mod virtio_net vmw_vsock_virtio_transport "
		filesystems="ext4"
		compress="cat"
	CONF
    # multipath-tools depends on rules that run three programs for each SCSI disk; what they add no test needs.
    unpack_release $suite $packages "$made.new/tree" \
        --dpkgopt='path-exclude=/usr/lib/udev/rules.d/5*-scsi-sg3_*.rules' \
        --essential-hook='mkdir -p "$1/etc/dracut.conf.d"' \
        --essential-hook="upload $made.new/initrd.conf /etc/dracut.conf.d/test.conf"
    rm "$made.new/initrd.conf"
}

# The first address behind a program's last section.
section_end() {
    local index name size address rest end=0
    while read -r index name size address rest; do
        [[ $index =~ ^[0-9]+$ ]] && ((end = 16#$address + 16#$size > end ? 16#$address + 16#$size : end))
    done < <(objdump --section-headers "$1")
    echo $end
}

# Sections are laid out behind the stub's own, each at a page (UAPI group's specification of unified kernel images).
make_uki() {
    local stub=$made.new/tree/usr/lib/systemd/boot/efi/linuxx64.efi.stub page=4096 at arguments=() pair file
    printf 'rw' >"$made.new/cmdline"
    at=$(section_end "$stub")
    for pair in osrel="$made.new/tree/usr/lib/os-release" cmdline="$made.new/cmdline" linux="$made.new/vmlinuz" initrd="$made.new/initrd"; do
        file=${pair#*=}
        at=$(((at + page - 1) / page * page))
        arguments+=(--add-section ".${pair%%=*}=$file" --change-section-vma ".${pair%%=*}=$at")
        at=$((at + $(stat -Lc %s "$file")))
    done
    objcopy "${arguments[@]}" "$stub" "$made.new/uki.efi"
    rm "$made.new/cmdline"
}

make_disk() {
    local disk=$made.new/disk.raw esp=$made.new/esp
    truncate -s $esp_size "$esp"
    mkfs.vfat -F 32 -s 8 -n ESP "$esp" >/dev/null
    mmd -i "$esp" ::EFI ::EFI/BOOT ::EFI/Linux ::loader
    mcopy -i "$esp" "$made.new/tree/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
    mcopy -i "$esp" "$made.new/uki.efi" ::EFI/Linux/debian.efi
    printf 'timeout 0\n' | mcopy -i "$esp" - ::loader/loader.conf

    truncate -s $((root_start + root_size + mib)) "$disk"
    sfdisk --quiet "$disk" <<-TABLE
		label: gpt
		start=$((esp_start / 512)), size=$((esp_size / 512)), type=$esp_type, uuid=$esp_id, name=esp
		start=$((root_start / 512)), size=$((root_size / 512)), type=$root_type, uuid=$root_id, name=root
	TABLE
    dd if="$esp" of="$disk" bs=1M seek=$((esp_start / mib)) conv=notrunc,sparse status=none
    rm "$esp"
    as_root mkfs.ext4 -q -L root -d "$made.new/tree" -E "offset=$root_start,assume_storage_prezeroed=1,root_owner=0:0" \
        "$disk" $((root_size / 1024))k
    printf '%s\n' "$root_id" >"$made.new/partuuid"
}

key=$(cat "${BASH_SOURCE[0]}" "$here/release.sh" | sha256sum | cut -c 1-16)
made=$cache/debians/$key
if [[ ! -d $made ]]; then
    need objcopy binutils
    need sfdisk fdisk
    need mkfs.vfat dosfstools
    need mcopy mtools
    need_release_tools
    say "making a Debian $suite with systemd in $made"
    mkdir -p "$cache/debians"
    trap 'as_root rm -rf "$made.new"' EXIT
    unpack_tree
    configure_release "$made.new/tree"
    # systemd's test of multipath writes the daemon's settings and starts it; no other guest needs it.
    as_root mkdir -p "$made.new/tree/etc/systemd/system-preset"
    echo 'disable multipathd.*' | as_root tee "$made.new/tree/etc/systemd/system-preset/10-test.preset" >/dev/null
    as_root chroot "$made.new/tree" systemctl --quiet disable multipathd.service multipathd.socket
    take_kernel "$made.new"
    make_uki
    make_disk
    ((EUID == 0)) || as_root chown "$(id -u):$(id -g)" "$made.new"/*
    mv "$made.new" "$made"
fi
ln -sfn "debians/$key" "$cache/debian"
