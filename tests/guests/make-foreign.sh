#!/bin/bash
# usage: make-foreign.sh CACHE
# Makes CACHE/arm64/{vmlinuz,initrd} and CACHE/riscv64/{vmlinuz,initrd}, as make-guest.sh does for this architecture, from the
# kernel and busybox of Debian sid. Their packages are only downloaded and unpacked.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=tests/guests/initrd.sh
. "$here/initrd.sh"
cache=$1
mirror=http://deb.debian.org/debian
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# A separate configuration of apt for an architecture, so that this host's is not changed.
write_apt_conf() {
    local arch=$1 root=$2
    mkdir -p "$root"/{state/lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d}
    : >"$root/state/status"
    echo "deb [signed-by=$keyring] $mirror sid main" >"$root/etc/sources.list"
    cat >"$root/conf" <<-CONF
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "$(id -un)";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Dir::State "$root/state";
		Dir::State::status "$root/state/status";
		Dir::Cache "$root/cache";
		Dir::Etc "$root/etc";
	CONF
}

# fetch ARCH FLAVOUR OUT PART…: unpacks busybox and those parts of the newest kernel of a flavour.
fetch() {
    local arch=$1 flavour=$2 out=$3 image part packages=(busybox-static) work
    shift 3
    work=$(mktemp -d)
    write_apt_conf "$arch" "$work"
    (
        export APT_CONFIG=$work/conf
        cd "$work"
        apt-get -q update >&2
        image=$(apt-cache depends "linux-image-$flavour" | sed -n 's/^ *Depends: linux-image-\(.*\)$/\1/p' | head -n 1)
        [[ -n $image ]] || die "apt knows no kernel for linux-image-$flavour"
        for part in "$@"; do packages+=("linux-$part-$image"); done
        apt-get -q download "${packages[@]}" >&2
    )
    for part in "$work"/*.deb; do dpkg-deb --extract "$part" "$out"; done
    rm -r "$work"
}

# make ARCH FLAVOUR "PARTS" MODULE…
make() {
    local arch=$1 flavour=$2 parts=$3 made=$cache/foreign/$1-$key
    shift 3
    if [[ ! -d $made ]]; then
        say "making the $arch test guest"
        rm -rf "$made.new"
        mkdir -p "$made.new/tree"
        # shellcheck disable=SC2086 # several words
        fetch "$arch" "$flavour" "$made.new/tree" $parts
        cp "$(find "$made.new/tree" -name 'vmlinu?' | head -n 1)" "$made.new/vmlinuz"
        pack_initrd "$here/init" "$made.new/tree/usr/bin/busybox" "$made.new/tree" "$made.new/initrd" "$@"
        rm -r "$made.new/tree"
        mv "$made.new" "$made"
    fi
    ln -sfn "foreign/$arch-$key" "$cache/$arch"
}

need cpio cpio
need xz xz-utils
need $keyring debian-archive-keyring
need qemu-system-aarch64 qemu-system-arm
need qemu-system-riscv64 qemu-system-misc
need /usr/share/AAVMF/AAVMF_CODE.fd qemu-efi-aarch64
install_needed
key=$(cat "$here/init" "$here/initrd.sh" "${BASH_SOURCE[0]}" | sha256sum | cut -c 1-16)
make arm64 cloud-arm64 "binary modules" virtio_blk virtio_net virtio-rng virtio_balloon tpm_tis efivarfs
# Its modules are many times the size of its kernel, which has the drivers of a console built in.
make riscv64 riscv64 binary
