#!/bin/bash
# usage: make-sid.sh CACHE
# Unpacks a current QEMU and its companions from Debian sid into CACHE/sid, once for each list of packages, and writes
# programs that run them on this host. Nothing of the tree is configured or installed: its dynamic loader and libraries are used as they lie.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
cache=$1
tree=$cache/sid
packages=qemu-system-x86,qemu-utils,seabios,ovmf,systemd,systemd-container,systemd-journal-remote
packages+=,swtpm,swtpm-tools,virtiofsd,vhost-device-vsock,passt,mkosi
# systemd's own tests, and what their scripts call.
packages+=,systemd-tests,bash,coreutils,dash,grep,sed,util-linux,mount,jq,e2fsprogs,openssh-client

if [[ ! -d $tree || $(cat "$tree/packages" 2>/dev/null) != "$packages" ]]; then
    need mmdebstrap mmdebstrap
    need gpgv gpgv
    need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
    install_needed
    say "unpacking QEMU of Debian sid into $tree"
    as_root rm -rf "$tree.new"
    as_root mmdebstrap --quiet --mode=root --variant=extract --skip=chroot/mount --include="$packages" \
        --aptopt='Acquire::Check-Valid-Until "false"' sid "$tree.new" >&2
    echo "$packages" | as_root tee "$tree.new/packages" >/dev/null
    ((EUID == 0)) || as_root chown -R "$(id -u):$(id -g)" "$tree.new"
    as_root rm -rf "$tree"
    mv "$tree.new" "$tree"
fi

# For the tree's machined, which the tests run beside VMs (systemd-host).
need dbus-daemon dbus-daemon
# For the tree's mkosi, which is a module.
need /usr/bin/python3 python3
install_needed

# A module that the tree lacks must not be taken from this host's QEMU, which is of another build: the path at which
# it would look after $QEMU_MODULE_DIR is overwritten in place, at its own length.
if grep -qaF /usr/lib/x86_64-linux-gnu/qemu "$tree/usr/bin/qemu-system-x86_64"; then
    LC_ALL=C sed -i 's|/usr/lib/x86_64-linux-gnu/qemu|/nowhere/x86_64-linux-gnu/qemu|g' "$tree/usr/bin/qemu-system-x86_64"
fi

# The loader keeps the process: no further one stands between vmspawn and QEMU, and descriptors and the
# parent-death signal reach QEMU as they were set.
loader=$tree/usr/lib64/ld-linux-x86-64.so.2
libraries=$tree/usr/lib/x86_64-linux-gnu:$tree/usr/lib/x86_64-linux-gnu/systemd

# write_program PATH: makes PATH an executable of standard input, replaced only when it differs,
# since vmspawn remembers what a QEMU can do by the file's date.
write_program() {
    local new
    new=$(mktemp "$cache/program.XXXXXX")
    cat >"$new"
    chmod 0755 "$new"
    mkdir -p "${1%/*}"
    if cmp -s "$new" "$1"; then rm "$new"; else mv "$new" "$1"; fi
}

write_program "$cache/qemu-sid/qemu-system-x86_64" <<PROGRAM
#!/bin/sh
export QEMU_MODULE_DIR='$tree/usr/lib/x86_64-linux-gnu/qemu'
exec '$loader' --argv0 qemu-system-x86_64 --library-path '$libraries' '$tree/usr/bin/qemu-system-x86_64' \\
    -L '$tree/usr/share/seabios' -L '$tree/usr/share/qemu' "\$@"
PROGRAM

write_program "$cache/passt-sid/passt" <<PROGRAM
#!/bin/sh
exec '$loader' --argv0 passt --library-path '$libraries' '$tree/usr/bin/passt' "\$@"
PROGRAM

# Whole by itself, for users who may not look into the cache: a folder to be copied.
write_program "$cache/virtiofsd-sid/virtiofsd" <<'PROGRAM'
#!/bin/sh
here=${0%/*}
exec "$here/ld.so" --argv0 virtiofsd --library-path "$here" "$here/program" "$@"
PROGRAM
# What is the same stays as it is: tests of another checkout may be running it.
install -C "$tree/usr/libexec/virtiofsd" "$cache/virtiofsd-sid/program"
install -C "$loader" "$cache/virtiofsd-sid/ld.so"
install -C "$tree"/usr/lib/x86_64-linux-gnu/{libc.so.6,libseccomp.so.2,libcap-ng.so.0,libgcc_s.so.1} "$cache/virtiofsd-sid/"

write_program "$cache/vsock-sid/vhost-device-vsock" <<PROGRAM
#!/bin/sh
exec '$loader' --argv0 vhost-device-vsock --library-path '$libraries' '$tree/usr/bin/vhost-device-vsock' "\$@"
PROGRAM

write_program "$cache/vsock-sid/systemd-journal-remote" <<PROGRAM
#!/bin/sh
exec '$loader' --argv0 systemd-journal-remote --library-path '$libraries' '$tree/usr/lib/systemd/systemd-journal-remote' "\$@"
PROGRAM

write_program "$cache/sid-run" <<PROGRAM
#!/bin/sh
program=\$1
shift
exec '$loader' --argv0 "\$program" --library-path '$libraries' "$tree/\$program" "\$@"
PROGRAM

"$cache/qemu-sid/qemu-system-x86_64" -version >/dev/null || die "QEMU in $tree does not start: remove the tree and try again"
