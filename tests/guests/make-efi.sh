#!/bin/bash
# usage: make-efi.sh CACHE
# Makes disks and a kernel image that boot the test guest by UEFI, from CACHE/guest and CACHE/debian, without loop devices or root:
#   CACHE/efi/disk.raw    an EFI system partition with systemd-boot, unsigned, and the guest as its entry
#   CACHE/efi/signed.raw  one with Debian's signed shim, GRUB and kernel; the guest prints the state of Secure Boot and powers off
#   CACHE/efi/guest.efi   the guest as a unified kernel image
# Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
cache=$1
# The target of the link at this moment: another guest may be made meanwhile.
guest=$(readlink -f "$cache/guest")
boot=$cache/debian/tree/usr/lib/systemd/boot/efi
mib=$((1 << 20))
size=$((64 * mib))

# fetch PACKAGE: downloads it into CACHE/signed.new without installing it.
fetch() {
    (cd "$cache/signed.new" && { download "$1" || { apt update && download "$1"; }; })
}

download() { apt-get -q -o APT::Sandbox::User=root download "$1" >&2; }

fetch_signed() {
    local package
    [[ -d $cache/signed ]] && return
    say "fetching Debian's signed boot loaders"
    rm -rf "$cache/signed.new" && mkdir -p "$cache/signed.new"
    fetch shim-signed
    fetch grub-efi-amd64-signed
    for package in "$cache"/signed.new/*.deb; do dpkg-deb --extract "$package" "$cache/signed.new"; done
    rm "$cache"/signed.new/*.deb
    mv "$cache/signed.new" "$cache/signed"
}

# make_disk FILE: a disk with one EFI system partition, which contains the guest's kernel and initrd; sets $esp to its place for mtools.
make_disk() {
    rm -f "$1"
    truncate -s $((size + 2 * mib)) "$1"
    printf 'label: gpt\nstart=%d, size=%d, type=U, name=esp\n' $((mib / 512)) $((size / 512)) | sfdisk --quiet "$1"
    esp=$1@@$mib
    mformat -i "$esp" -T $((size / 512)) -h 64 -s 32 -v ESP ::
    mmd -i "$esp" ::EFI ::EFI/BOOT
    mcopy -i "$esp" "$guest/vmlinuz" "$guest/initrd" ::
}

make_unsigned() {
    make_disk "$made.new/disk.raw"
    mmd -i "$esp" ::loader ::loader/entries
    mcopy -i "$esp" "$boot/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
    printf 'timeout 0\n' | mcopy -i "$esp" - ::loader/loader.conf
    printf 'title guest\nlinux /vmlinuz\ninitrd /initrd\n' | mcopy -i "$esp" - ::loader/entries/guest.conf
}

make_signed() {
    make_disk "$made.new/signed.raw"
    mmd -i "$esp" ::EFI/debian
    mcopy -i "$esp" "$cache/signed/usr/lib/shim/shimx64.efi.signed" ::EFI/BOOT/BOOTX64.EFI
    mcopy -i "$esp" "$cache/signed/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::EFI/BOOT/grubx64.efi
    printf 'linux /vmlinuz console=ttyS0 quiet vmtest=secure-boot,poweroff\ninitrd /initrd\nboot\n' |
        mcopy -i "$esp" - ::EFI/debian/grub.cfg
}

# Sections are laid out behind the stub's own, each at a page.
make_uki() {
    local stub=$boot/linuxx64.efi.stub at=0 arguments=() pair file index vma length rest
    while read -r index _ length vma rest; do
        [[ $index =~ ^[0-9]+$ ]] && ((at = 16#$vma + 16#$length > at ? 16#$vma + 16#$length : at))
    done < <(objdump --section-headers "$stub")
    for pair in linux=vmlinuz initrd=initrd; do
        file=$guest/${pair#*=}
        at=$(((at + 4095) / 4096 * 4096))
        arguments+=(--add-section ".${pair%%=*}=$file" --change-section-vma ".${pair%%=*}=$at")
        at=$((at + $(stat -Lc %s "$file")))
    done
    objcopy "${arguments[@]}" "$stub" "$made.new/guest.efi"
}

need mcopy mtools
need sfdisk fdisk
need objcopy binutils
install_needed
fetch_signed
key=$(cat "${BASH_SOURCE[0]}" "$guest/vmlinuz" "$guest/initrd" "$boot/systemd-bootx64.efi" | sha256sum | cut -c 1-16)
made=$cache/efis/$key
if [[ ! -d $made ]]; then
    say "making the disks that boot by UEFI"
    rm -rf "$made.new"
    mkdir -p "$made.new"
    make_unsigned
    make_signed
    make_uki
    mv "$made.new" "$made"
fi
ln -sfn "efis/$key" "$cache/efi"
