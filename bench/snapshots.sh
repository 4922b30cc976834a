#!/bin/bash
# usage: bench/snapshots.sh [RUNS]
# Prints how long a Debian guest takes to its first command: booted, and continued from a snapshot, with each QEMU of the tests (default 3 runs); and the memory of ten machines
# of one snapshot. The guests are those of the system tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

runs=${1:-3}
need_dotnet
./build.sh
tests/guests/prepare.sh
guests=${XDG_CACHE_HOME:-$HOME/.cache}/vmspawn-tests
vmspawn=$PWD/artifacts/vmspawn
work=$(mktemp -d)
export XDG_RUNTIME_DIR=$work/run XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state
mkdir -m 700 "$XDG_RUNTIME_DIR"
trap '"$vmspawn" list --json | grep -o "\"name\":\"[^\"]*\"" | cut -d\" -f4 | xargs -r "$vmspawn" terminate; rm -rf "$work"' EXIT

now() { echo $(($(date +%s%N) / 1000000)); }
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# first NAME ARGUMENT…: starts a machine, and prints the milliseconds until the answer of its first command.
first() {
    local name=$1 began
    shift
    began=$(now)
    "$vmspawn" run --user --machine="$name" --console=read-only "$@" </dev/null >"$work/$name.log" 2>&1 &
    until "$vmspawn" exec -q "$name" true 2>/dev/null; do sleep 0.05; done
    echo $(($(now) - began))
}

debian=(--kvm=no --tpm=no --ram=1G --firmware=none --linux="$guests/debian/vmlinuz" --initrd="$guests/debian/initrd" --image="$guests/debian/disk.raw" --ephemeral --
    root=PARTUUID="$(cat "$guests/debian/partuuid")" rw rootwait quiet audit=0 cloud-init=disabled)

echo "| Debian, emulated, median of $runs | boot to the first command, ms | save, ms | continue to the first command, ms | ratio |"
echo "|---|---:|---:|---:|---:|"
for programs in "" "$guests/qemu-sid"; do
    version=$(PATH=$programs:$PATH qemu-system-x86_64 -version | awk 'NR == 1 { print $4 }')
    for ((run = 1; run <= runs; run++)); do
        rm -rf "$XDG_DATA_HOME"
        (PATH=$programs:$PATH && export PATH && first bench "${debian[@]}") >>"$work/boot"
        # A machine that is frozen has nothing left to do.
        "$vmspawn" wait bench --for=unit:multi-user.target
        sleep 10
        began=$(now)
        "$vmspawn" freeze bench debian
        echo $(($(now) - began)) >>"$work/save"
        until [[ -z $("$vmspawn" list | tail -n +2) ]]; do sleep 0.1; done
        (PATH=$programs:$PATH && export PATH && first bench --restore=debian) >>"$work/continue"
        "$vmspawn" terminate bench
        until [[ -z $("$vmspawn" list | tail -n +2) ]]; do sleep 0.1; done
    done
    boot=$(median <"$work/boot") save=$(median <"$work/save") continued=$(median <"$work/continue")
    echo "| QEMU $version | $boot | $save | $continued | 1/$((boot / continued)) |"
    rm "$work/boot" "$work/save" "$work/continue"
done

# memory: the proportional set size of the ten QEMUs in MiB, in which a page that several share counts once.
memory() {
    local all=0 name qemu
    for name in c{1..10}; do
        qemu=$("$vmspawn" status --json "$name" | grep -o '"qemuPid":[0-9]*' | cut -d: -f2)
        all=$((all + $(awk '$1 == "Pss:" { print $2 }' "/proc/$qemu/smaps_rollup")))
    done
    echo $((all / 1024))
}

rm -rf "$XDG_DATA_HOME"
first bench --kvm=no --tpm=no --ram=512M --firmware=none --linux="$guests/guest/vmlinuz" --initrd="$guests/guest/initrd" vmtest=commands,shell >/dev/null
"$vmspawn" freeze bench small
began=$(now)
for name in c{1..10}; do first "$name" --restore=small >/dev/null & done
wait $(jobs -p | tail -n 10) || true
echo
echo "Ten machines of one snapshot of a busybox guest have all answered $(($(now) - began)) ms after the start of the first, with $(memory) MiB of memory."
if [[ -w /sys/kernel/mm/ksm/run && $(cat /sys/kernel/mm/ksm/run) == 0 ]]; then
    scan=$(cat /sys/kernel/mm/ksm/pages_to_scan)
    echo 10000 >/sys/kernel/mm/ksm/pages_to_scan
    echo 1 >/sys/kernel/mm/ksm/run
    sleep 30
    echo "With the kernel's merging of equal pages (/sys/kernel/mm/ksm/run) it is $(memory) MiB 30 s later."
    echo 0 >/sys/kernel/mm/ksm/run
    echo "$scan" >/sys/kernel/mm/ksm/pages_to_scan
fi
