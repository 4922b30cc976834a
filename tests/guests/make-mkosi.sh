#!/bin/bash
# usage: make-mkosi.sh CACHE
# Builds the image of docs/examples/mkosi.conf with the mkosi of CACHE/sid, without loop devices or a user namespace, of Debian testing, whose
# systemd binds users:
#   CACHE/mkosi/tools         what mkosi runs and the tree of sid lacks
#   CACHE/mkosi/image.raw     the image, signed for Secure Boot
#   CACHE/mkosi/image.*       its kernel, initrd and unified kernel image
#   CACHE/mkosi/mkosi.{key,crt}   the keys that mkosi made
# Only root can run mkosi here; nothing is made for others. Made again when an input changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
cache=$1
config=$here/../../docs/examples/mkosi.conf
sid=$cache/sid

# dpkg and what its maintainer scripts and mkosi call; virt-fw-vars, which writes keys into firmware variables.
tools=dpkg,tar,perl-base,gzip,findutils,diffutils,mawk,hostname,libc-bin,debianutils,passwd,kmod,debian-archive-keyring,python3-virt-firmware

# In a mount namespace of its own: sid and the tools as root directory, read and written through an overlay in memory.
build_inside() {
    local made=$1 root=/mnt/root link
    mount -t tmpfs tmpfs /mnt
    mkdir -p /mnt/{upper,work} $root
    mount -t overlay overlay -o "lowerdir=$sid:$made/tools,upperdir=/mnt/upper,workdir=/mnt/work" $root
    mkdir -p $root/{proc,sys,dev,run,tmp,root,var/tmp,image}
    for link in bin sbin lib lib64; do [[ -e $root/$link ]] || ln -s usr/$link $root/$link; done
    mount -t proc proc $root/proc
    mount --rbind /sys $root/sys
    mount --rbind /dev $root/dev
    mkdir "$made/var-tmp"
    mount --bind "$made/var-tmp" $root/var/tmp
    mount --bind "$made" $root/image
    cp /etc/resolv.conf /etc/hosts $root/etc/
    printf '%s\n' root:x:0:0::/root:/bin/bash _apt:x:42:65534::/nonexistent:/usr/sbin/nologin >$root/etc/passwd
    echo root:x:0: >$root/etc/group
    # mkosi's own choice of mirrors includes one of debug symbols, which registries that mirror Debian need not have.
    chroot $root /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/root TERM=dumb /bin/bash -euc '
        cd /image
        mkosi genkey
        mkosi --release=testing --local-mirror=http://deb.debian.org/debian --secure-boot=yes --remove-files=/usr/share/locale build'
}

if [[ ${2-} == inside ]]; then
    build_inside "$3"
    exit
fi

key=$(cat "${BASH_SOURCE[0]}" "$config" | sha256sum | cut -c 1-16)
made=$cache/mkosis/$key
if [[ ! -d $made ]]; then
    ((EUID == 0)) || { say "no image of mkosi's: its build needs root"; exit 0; }
    need mmdebstrap mmdebstrap
    need gpgv gpgv
    need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
    install_needed
    say "building an image with mkosi in $made"
    rm -rf "$made.new"
    mkdir -p "$made.new"
    trap 'rm -rf "$made.new"' EXIT
    mmdebstrap --quiet --mode=root --variant=extract --skip=chroot/mount --include="$tools" \
        --aptopt='Acquire::Check-Valid-Until "false"' sid "$made.new/tools" >&2
    cp "$config" "$made.new/mkosi.conf"
    if ! unshare --mount --pid --fork "${BASH_SOURCE[0]}" "$cache" inside "$made.new" >"$made.new/log" 2>&1; then
        tail -n 40 "$made.new/log" >&2
        die "mkosi did not build the image"
    fi
    rm -rf "$made.new/var-tmp"
    mv "$made.new" "$made"
fi
ln -sfn "mkosis/$key" "$cache/mkosi"
