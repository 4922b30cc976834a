# shellcheck shell=bash
# Sourced: makes a test guest's initrd of a static busybox, the init script and kernel modules.

# pack_initrd INIT BUSYBOX MODULES-TREE OUT MODULE…: each module with its dependencies; built-in ones are skipped.
pack_initrd() {
    local init=$1 busybox=$2 tree=$3 out=$4 root file name module
    shift 4
    root=$(mktemp -d)
    mkdir -p "$root"/{bin,dev,proc,sys,modules}
    cp "$busybox" "$root/bin/busybox"
    install -m 0755 "$init" "$root/init"
    : >"$root/modules/order"

    local -A files=() added=()
    while read -r file; do
        name=${file##*/}
        name=${name%%.ko*}
        files[${name//-/_}]=$file
    done < <(find "$tree" -name '*.ko' -o -name '*.ko.xz' -o -name '*.ko.zst')
    for module in "$@"; do add_module "$module"; done
    (cd "$root" && find . | cpio --quiet -o -H newc) >"$out"
    rm -r "$root"
}

# add_module NAME: copies it and its dependencies to the initrd, dependencies first, each once.
add_module() {
    local name=${1//-/_} file dependency
    file=${files[$name]:-}
    [[ -n $file && -z ${added[$name]:-} ]] || return 0
    added[$name]=1
    case $file in
        *.xz) xz -dc "$file" >"$root/modules/$name.ko" ;;
        *.zst) zstd -qdc "$file" >"$root/modules/$name.ko" ;;
        *) cp "$file" "$root/modules/$name.ko" ;;
    esac
    while read -r dependency; do
        [[ -z $dependency ]] || add_module "$dependency"
    done < <(LC_ALL=C grep -aoP '\0depends=\K[^\0]*' "$root/modules/$name.ko" | tr ',' '\n' | tr -d '\0')
    printf '%s\n' "$name" >>"$root/modules/order"
}
