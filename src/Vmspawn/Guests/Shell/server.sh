# Serves commands of the host; docs/guest-channel.md has the protocol. POSIX sh with mkfifo, dd, cat, base64.
# Descriptor 3 is a virtio port; or, where vmspawn_out is 8, the input from the host, and descriptor 8 the output to it.
# Commands run in slots, which are used again: starting programs is slow where the processor is emulated.
# The host sends this text without comments and indentation. It has set N, the session's number.

[ "$vmspawn_out" = 8 ] || exec 8>&3
# Ends a session: its processes, and the commands that run, whose callers are gone.
q() {
  kill "$W" $(cat "$D"/*/all)
  for x in $(cat "$D"/*/pid); do
    kill -s KILL -- "-$x" || kill -s KILL "$x"
  done
} 2>/dev/null
# An earlier one of this shell.
[ -z "$W" ] || q
for D in /run /tmp /dev/shm /var/tmp; do
  # The files of this shell's earlier sessions and of shells that have ended, not those of another one: a guest has one for the port and one for ssh.
  for x in "$D"/.vmspawn-shell.*; do
    y=${x#*shell.}
    y=${y%%.*}
    [ "$y" != $$ ] && kill -0 "$y" 2>/dev/null || rm -rf "$x"
  done
  D=$D/.vmspawn-shell.$$.$N
  (umask 077 && mkdir "$D") 2>/dev/null && break
done
mkfifo "$D/q" || echo "vmspawn $N no directory can be written" >&8
exec 4<>"$D/q"
# What the shell says about jobs and files is of no use to anybody.
exec 2>/dev/null
trap 'q; rm -rf "$D"' EXIT
unset INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID CREDENTIALS_DIRECTORY NOTIFY_SOCKET LISTEN_FDS LISTEN_PID MANAGERPID MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE
export HOME="${HOME:-/root}" PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}" USER=root LOGNAME=root SHELL=/bin/sh
cd / || :
# A shell without job control makes background commands ignore SIGINT and SIGQUIT.
V=
env --default-signal=INT,QUIT,PIPE true && V='env --default-signal=INT,QUIT,PIPE'

# The only writer to the port: takes lines from the queue, and adds the data of those that announce some.
w() {
  while read -r k i s n; do
    case $k in
      # The file may be gone because the host has no use for it any more. No more is read than is announced: it has the next chunk as soon as the host has this one.
      o) { echo "o $i $s $n" && dd bs="$n" count=1; } <"$D/$i/$s" ;;
      *) echo "$k $i $s $n" ;;
    esac
  done <&4 >&8 2>/dev/null
}

# Sends what comes from commands, a chunk at a time, and waits until the host has taken it.
# p SLOT STREAM
p() {
  exec 5<>"$D/$1/a$2"
  while exec 6<"$D/$1/p$2"; do
    read -r b <"$D/$1/k"
    while LC_ALL=C dd $b of="$D/$1/$2" 2>"$D/$1/n$2" <&6 && [ -s "$D/$1/$2" ] && { read -r n; read -r n; read -r n x || :; } <"$D/$1/n$2"; do
      # Not every dd tells the number of bytes.
      [ -n "$n" ] || n=$(wc -c <"$D/$1/$2")
      echo "o $1 $2 $n" >&4
      read -r n <&5
    done
    exec 6<&-
    echo "c $1 $2" >&4
  done
}

# Passes on what the host has sent for the standard input of commands.
# f SLOT: descriptor 7 has the host's words about them.
f() {
  # Not opened before a command with an input begins: the reader of the last one would not see its end.
  while read -r n <&7; do
    [ "$n" = i ] && {
      echo "a $1" >&4
      while read -r n <&7 && [ "$n" = d ]; do
        cat "$D/$1/0"
        echo "a $1" >&4
      done
      :
    } >"$D/$1/p0" && echo "f $1" >&4
  done
}

# Runs commands, one after the other: what a shell runs in the foreground ignores no signals. $0: the slot, $1: its directory,
# descriptor 7: the commands.
K='
nl="
"
_vmspawn_s=
command -v setsid >/dev/null && _vmspawn_s=setsid
while read -r k l <&7; do
  i=/dev/null
  case $k in *i*) i=$1/p0 ;; esac
  (exec 7<&-; read -r x y </proc/self/stat; echo "$x" >"$1/pid"; _vmspawn_t=$1/tty; eval "$l") <"$i" >"$1/p1" 2>"$1/p2" 4<&-
  x=$?
  : >"$1/pid"
  echo "x $0 $x" >&4
done
'

# n SLOT: makes what runs commands one after the other.
n() {
  e=$D/$1
  if ! x=$({ mkdir "$e" && mkfifo "$e/run" "$e/p0" "$e/p1" "$e/p2" "$e/a0" "$e/a1" "$e/a2"; } 2>&1); then
    echo "e $1 $x" >&4
    return
  fi
  p "$1" 1 3<&- 8>&- &
  x=$!
  p "$1" 2 3<&- 8>&- &
  x="$x $!"
  # Opened before they start: what is written to a fifo that nobody has open is lost.
  exec 7<>"$e/a0"
  f "$1" 3<&- 8>&- &
  x="$x $!"
  exec 7<>"$e/run"
  $V /bin/sh -c "$K" "$1" "$e" 3<&- 8>&- &
  exec 7<&-
  echo "$x $!" >"$e/all"
}

# j SLOT KIND TEXT: runs the text, which gets _vmspawn_s and _vmspawn_t. KIND has i for an input, b for large chunks.
j() {
  case $2 in
    *b*) echo bs=262144 count=4 iflag=fullblock ;;
    *) echo bs=65536 count=1 ;;
  esac >"$D/$1/k"
  : >"$D/$1/pid"
  case $2 in *i*) echo i 1<>"$D/$1/a0" ;; esac
  printf '%s %s\n' "$2" "$3" 1<>"$D/$1/run"
}

# d SLOT COUNT: that many characters follow, base64 without line feeds, for the command's standard input.
d() {
  x=$D/in
  [ ! -p "$D/$1/a0" ] || x=$D/$1/0
  dd bs="$2" count=1 iflag=fullblock <&3 | base64 -d >"$x"
  [ ! -p "$D/$1/a0" ] || echo d 1<>"$D/$1/a0"
}

# z SLOT: the command's standard input has ended.
z() {
  [ ! -p "$D/$1/a0" ] || echo z 1<>"$D/$1/a0"
}

# t SLOT STREAM: the host has taken the last chunk.
t() {
  [ ! -p "$D/$1/a$2" ] || echo t 1<>"$D/$1/a$2"
}

# k SLOT SIGNAL: for the command and its process group.
k() {
  (
    # It may be about to start.
    for x in 1 2 3 4 5; do
      read -r x <"$D/$1/pid" && break
      sleep 1
    done
    kill -s "$2" -- "-$x" || kill -s "$2" "$x"
  ) &
}

# s SLOT ROWS COLUMNS: the size of the command's terminal.
s() {
  read -r x <"$D/$1/tty" && stty rows "$2" cols "$3" <"$x"
}

# r SLOT: the host has no use for it any more. What its commands have left running goes on.
r() {
  read -r x <"$D/$1/all" && kill $x
  rm -rf "${D:?}/$1" &
}

w 5>&- &
W=$!
echo "vmspawn $N" >&4
