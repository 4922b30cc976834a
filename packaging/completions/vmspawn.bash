# bash completion for vmspawn(1). The words come from the program itself, which knows its options.

_vmspawn() {
    local typed=${COMP_LINE:0:COMP_POINT} cur='' words line=vmspawn
    read -ra words <<<"$typed"
    if [[ $typed != *[[:space:]] ]]; then
        cur=${words[-1]}
        unset 'words[-1]'
    fi

    case ${words[1]-} in
    run | plan | demo | -* | '')
        # Only the subcommand and an option that waits for its value say what can follow.
        [[ ${words[1]-} == [a-z]* ]] && line+=" ${words[1]}"
        if ((${#words[@]} > 1)) && [[ ${words[-1]} == -* && ${words[-1]} != *=* ]]; then
            line+=" ${words[-1]}"
        fi
        ;;
    *)
        # What follows a machine's name depends on the machine.
        line+=" ${words[*]:1}"
        ;;
    esac
    if [[ $cur == --*=* ]]; then
        line+=" ${cur%%=*}"
        cur=${cur#*=}
    fi
    line+=" $cur"

    mapfile -t COMPREPLY < <(compgen -W "$(vmspawn "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$cur")
}

# Without a word that fits, names of files do.
complete -o bashdefault -o default -F _vmspawn vmspawn
