#!/bin/bash
# Makes what the system tests boot and boot with, in ${XDG_CACHE_HOME:-~/.cache}/vmspawn-tests:
#   guest/vmlinuz, guest/initrd   Debian's cloud kernel and a busybox initrd that obeys vmtest=… (see init)
#   guest/9p/                     the same with Debian's general kernel, which has 9p
#   debian/                       a Debian with a real systemd as disk, directory, kernel, initrd and UKI: see make-debian.sh
#   stable/                       the root of Debian's stable release: see make-stable.sh
#   cloud/                        a Debian 12 with cloud-init as disk, kernel and initrd: see make-cloud.sh
#   arm64/, riscv64/              kernel and busybox initrd of other architectures
#   sid/                          a tree of Debian sid with its QEMU
#   qemu-sid/qemu-system-x86_64   runs the tree's QEMU on this host: put the directory first in $PATH
#   passt-sid/passt               runs the tree's passt on this host
#   virtiofsd-sid/virtiofsd       runs the tree's virtiofsd on this host
#   vsock-sid/                    runs the tree's vhost-device-vsock and systemd-journal-remote on this host
#   sid-run                       runs any program of the tree on this host: sid-run usr/bin/varlinkctl …
#   mkosi/                        an image that mkosi has built and signed: see make-mkosi.sh
#   efi/                          disks and a unified kernel image that boot the guest by UEFI (see make-efi.sh)
# Existing parts are kept. It asks no questions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vmspawn-tests
mkdir -p "$cache"
./make-guest.sh "$cache"
./make-sid.sh "$cache"
./make-debian.sh "$cache"
./make-stable.sh "$cache"
./make-cloud.sh "$cache"
./make-efi.sh "$cache"
./make-foreign.sh "$cache"
./make-mkosi.sh "$cache"
