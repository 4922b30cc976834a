#!/bin/bash
# Installs what the chosen tests need, builds, and runs them: unit tests first, then real guests. Asks no questions.
#
# usage: ./test.sh [--all] [WORD…]
#   A WORD that is part of a test project's name (Pcie, SystemTests) chooses projects; any other chooses the tests
#   whose full name contains it. Without a project's name all are chosen.
#   --all: tests that try many positions of a fault try all of them instead of a sample, and guests with a hundred disks run
#   the longest of systemd's own tests; takes 25 minutes more.
#   Ends with one line "N passed, N failed"; a project that crashes is one failure.
#
# The file "needs" of a test project lists what its tests start or read: a program or an absolute path, and its Debian package.
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
    local name=$1 log=artifacts/test-logs/$1.log bound=10m long=30 status total_failed total_passed
    if ! dotnet build "tests/$name" --configuration Release --verbosity quiet >"$log" 2>&1; then
        cat "$log"
        say "$name: does not build"
        failed=$((failed + 1))
        return
    fi
    # Real guests are slow; each of the other projects takes two minutes at most.
    [[ $name == *.SystemTests ]] && bound=$((${VMSPAWN_TEST_ALL-0} ? 70 : 38))m long=120
    # With diagnostics each test that runs for long is named while it runs: a hang is seen even if no summary comes.
    timeout --kill-after=30 $bound "tests/$name/bin/Release/net10.0/$name" --no-ansi --progress off --show-slowest-tests 15 \
        --xunit-diagnostics on --long-running $long --ignore-exit-code 8 "${filter[@]}" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    if ((status == 124 || status == 137)); then
        say "$name: did not end within $bound; the last that ran for long:"
        grep '^\[Long Running Test\]' "$log" | tail -n 4 >&2
    fi
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

if [[ ${1-} == --all ]]; then
    export VMSPAWN_TEST_ALL=1
    shift
fi
need_dotnet
choose "$@"
mkdir -p artifacts/test-logs
for name in "${projects[@]}"; do
    [[ ! -e tests/$name/needs ]] || need_listed "tests/$name/needs"
done
install_needed
if wants_guests; then
    tests/guests/prepare.sh || { say "the test guests cannot be made"; failed=$((failed + 1)); }
    # The other projects test the assemblies that they build.
    ./build.sh || { say "the program does not build"; failed=$((failed + 1)); }
fi

for name in "${projects[@]}"; do
    say "$name"
    run_project "$name"
done

((skipped == 0)) || echo "$skipped skipped"
echo "$passed passed, $failed failed"
((failed == 0))
