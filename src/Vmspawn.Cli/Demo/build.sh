#!/bin/sh
# usage: build.sh OUTPUT-FOLDER; makes OUTPUT-FOLDER/demo.elf, a 32-bit multiboot image that needs no library.
set -eu
cd "$(dirname "$0")"
out=$1

compiler=
for candidate in gcc clang; do
    if [ -z "$compiler" ] && command -v "$candidate" >/dev/null; then compiler=$candidate; fi
done
[ -n "$compiler" ] || { echo "the demo guest needs gcc or clang" >&2; exit 1; }

mkdir -p "$out"
set --
for source in start.S demo.c tree.c names.c print.c; do
    "$compiler" -m32 -march=i686 -mgeneral-regs-only -Os -std=gnu11 -Wall -Wextra -Werror -Wno-int-to-pointer-cast \
        -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
        -c "$source" -o "$out/$source.o"
    set -- "$@" "$out/$source.o"
done
ld -m elf_i386 -nostdlib -static --build-id=none -z noexecstack --strip-all -T demo.ld -o "$out/demo.elf" "$@"
