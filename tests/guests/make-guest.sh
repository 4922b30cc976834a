#!/bin/bash
# usage: make-guest.sh CACHE
# Makes CACHE/guest/{vmlinuz,initrd} from the distribution's cloud kernel and busybox, and CACHE/guest/9p/{vmlinuz,initrd} from its
# general kernel, because the cloud kernel lacks 9p; made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=tests/guests/initrd.sh
. "$here/initrd.sh"
cache=$1

# The modules that the guest loads, in this order; dependencies are found below, built-in ones are skipped.
modules=(virtio_pci virtio_console virtio_blk virtio_net virtio_scsi sd_mod sr_mod virtio-rng virtio_balloon button evdev efivarfs
    qemu_fw_cfg vfat nls_cp437 nls_ascii nls_iso8859-1 virtiofs)

nine_modules=(virtio_pci virtio_console 9pnet_virtio 9p)

# fetch_kernel FLAVOUR [KEEP]: unpacks its kernel, modules outside of the pattern KEEP left out, into $kernel.
# The package is only downloaded and unpacked: this host keeps its own kernel.
fetch_kernel() {
    local package
    [[ -n $(apt-cache depends "linux-image-$1" 2>/dev/null) ]] || apt update
    package=$(apt-cache depends "linux-image-$1" | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
    [[ -n $package ]] || die "apt knows no linux-image-$1"
    kernel=$cache/kernel/$package
    [[ -d $kernel ]] && return
    say "fetching the test guest's kernel, $package"
    rm -rf "$kernel.new" && mkdir -p "$kernel.new"
    (cd "$kernel.new" && { download "$package" || { apt update && download "$package"; }; })
    dpkg-deb --extract "$kernel.new"/*.deb "$kernel.new"
    rm "$kernel.new"/*.deb
    [[ -z ${2:-} ]] || find "$kernel.new" -name '*.ko*' -regextype egrep -not -regex ".*/($2)/.*" -delete
    mv "$kernel.new" "$kernel"
}

download() { apt-get -q -o APT::Sandbox::User=root download "$1" >&2; }

need cpio cpio
need busybox busybox-static
install_needed
busybox=$(command -v busybox)
if ldd "$busybox" >/dev/null 2>&1; then
    needed+=(busybox-static)
    install_needed
fi
fetch_kernel amd64 'fs/(9p|netfs|fscache)|net/9p|drivers/(virtio|char)'
nine=$kernel
fetch_kernel cloud-amd64
[[ -z $(find "$kernel" -name '*.ko.xz' -print -quit) ]] || need xz xz-utils
[[ -z $(find "$kernel" -name '*.ko.zst' -print -quit) ]] || need zstd zstd
install_needed

key=$(cat "$here/init" "$here/initrd.sh" "${BASH_SOURCE[0]}" "$busybox" <(printf '%s' "$kernel$nine") | sha256sum | cut -c 1-16)
made=$cache/guests/$key
if [[ ! -d $made ]]; then
    say "making the test guest"
    mkdir -p "$made.new/9p"
    trap 'rm -rf "$made.new"' EXIT
    pack_initrd "$here/init" "$busybox" "$kernel" "$made.new/initrd" "${modules[@]}"
    cp "$kernel"/boot/vmlinuz-* "$made.new/vmlinuz"
    pack_initrd "$here/init" "$busybox" "$nine" "$made.new/9p/initrd" "${nine_modules[@]}"
    cp "$nine"/boot/vmlinuz-* "$made.new/9p/vmlinuz"
    mv "$made.new" "$made"
fi
ln -sfn "guests/$key" "$cache/guest"
