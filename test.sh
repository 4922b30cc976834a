#!/bin/bash
# Installs what the tests need, builds, and runs all tests: unit tests first, then real guests. Asks nothing.
#
# usage: ./test.sh [WORD…]
#   A WORD that is part of a test project's name (Pcie, SystemTests) picks projects; any other picks the tests
#   whose full name contains it. Ends with one line "N passed, N failed"; a project that crashes is one failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

passed=0
failed=0
skipped=0
projects=()
filter=()

choose() {
    local word directory known
    for word in "$@"; do
        known=
        for directory in tests/*.Tests tests/*.SystemTests; do
            [[ ${directory##*/} == *"$word"* ]] && projects+=("${directory##*/}") && known=1
        done
        [[ $known ]] || filter+=(--filter-method "*$word*")
    done
    ((${#projects[@]})) && return
    for directory in tests/*.Tests tests/*.SystemTests; do
        [[ $directory == *.SystemTests ]] || projects+=("${directory##*/}")
    done
    projects+=(Vmspawn.SystemTests)
}

wants_guests() { [[ " ${projects[*]} " == *" Vmspawn.SystemTests "* ]]; }

# One failure for a project that cannot be built, does not finish or prints no summary.
run_project() {
    local name=$1 log=artifacts/test-logs/$1.log bound=10m status total_failed total_passed
    if ! dotnet build "tests/$name" --configuration Release --verbosity quiet >"$log" 2>&1; then
        cat "$log"
        say "$name: does not build"
        failed=$((failed + 1))
        return
    fi
    # Guests take their time; of the others none takes more than a minute or two.
    [[ $name == *.SystemTests ]] && bound=35m
    timeout --kill-after=30 $bound "tests/$name/bin/Release/net10.0/$name" --no-ansi --progress off --show-slowest-tests 15 \
        --ignore-exit-code 8 "${filter[@]}" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    total_passed=$(count succeeded "$log")
    total_failed=$(count failed "$log")
    skipped=$((skipped + $(count skipped "$log")))
    if ((status != 0 && total_failed == 0)); then
        say "$name: ended with status $status"
        total_failed=1
    fi
    passed=$((passed + total_passed))
    failed=$((failed + total_failed))
}

count() {
    local number
    number=$(sed -n "s/^  $1: \([0-9]*\)\$/\1/p" "$2" | tail -n 1)
    echo "${number:-0}"
}

need_dotnet
choose "$@"
mkdir -p artifacts/test-logs
need qemu-system-x86_64 qemu-system-x86
need /usr/share/seabios/bios-256k.bin seabios
need qemu-img qemu-utils
need swtpm swtpm
need ssh openssh-client
need swtpm_setup swtpm-tools
need /usr/sbin/sfdisk fdisk
need /usr/sbin/mkfs.vfat dosfstools
need mcopy mtools
need objcopy binutils
need strace strace
need /usr/lib/systemd/boot/efi/linuxx64.efi.stub systemd-boot-efi
need /usr/share/qemu/firmware/60-edk2-x86_64.json ovmf
install_needed
if wants_guests; then
    tests/guests/prepare.sh || { say "the test guests cannot be made"; failed=$((failed + 1)); }
fi
./build.sh || { say "the program does not build"; failed=$((failed + 1)); }

for name in "${projects[@]}"; do
    say "$name"
    run_project "$name"
done

((skipped == 0)) || echo "$skipped skipped"
echo "$passed passed, $failed failed"
((failed == 0))
