# Serves commands of the host on descriptor 3, a virtio port; docs/guest-channel.md has the protocol. POSIX sh with mkfifo, dd, cat, base64.
# The host sends this text without comments and indentation. It has set N, the session's number, and B, descriptor 3 for reading.

# An earlier session of this shell: its writer, its files.
[ -z "$W" ] || kill "$W" 2>/dev/null
for D in /run /tmp /dev/shm /var/tmp; do
  rm -rf "$D"/.vmspawn-shell.*
  D=$D/.vmspawn-shell.$N
  (umask 077 && mkdir "$D") 2>/dev/null && break
done
mkfifo "$D/q" || echo "vmspawn $N no directory can be written" >&3
exec 4<>"$D/q"
# What the shell says about jobs and files is of no use to anybody.
exec 2>/dev/null
trap 'kill "$W"; rm -rf "$D"' EXIT
unset INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID CREDENTIALS_DIRECTORY NOTIFY_SOCKET LISTEN_FDS LISTEN_PID MANAGERPID MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE
export HOME="${HOME:-/root}" PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}" USER=root LOGNAME=root SHELL=/bin/sh
cd / || :
# A shell without job control makes background commands ignore SIGINT and SIGQUIT.
V=
env --default-signal=INT,QUIT,PIPE true 2>/dev/null && V='env --default-signal=INT,QUIT,PIPE'
G=
command -v setsid >/dev/null && G=setsid
nl='
'

# The only writer to the port: takes lines from the queue, and adds the data of those that announce some.
w() {
  while read -r k i s n; do
    case $k in
      # The file may be gone because the host has no use for it any more.
      o) { echo "o $i $s $n" && cat; } <"$D/$i/$s" ;;
      *) echo "$k $i $s $n" ;;
    esac
  done <&4 >&3 2>/dev/null
}

# Sends what comes from a command, a chunk at a time, and waits until the host has taken it.
# p COMMAND STREAM: standard input is the stream; $b: large chunks, for data that nobody waits for.
p() {
  exec 5<>"$D/$1/a$2"
  while LC_ALL=C dd $b of="$D/$1/$2" 2>"$D/$1/n$2" && [ -s "$D/$1/$2" ] && { read -r n; read -r n; read -r n x || :; } <"$D/$1/n$2"; do
    # Not every dd tells the number of bytes.
    [ -n "$n" ] || n=$(wc -c <"$D/$1/$2")
    echo "o $1 $2 $n" >&4
    read -r n <&5 && [ "$n" = t ] || return
  done
  echo "c $1 $2" >&4
}

# Passes on what the host has sent for a command's standard input.
# f COMMAND: standard output is the command's input.
f() {
  exec 5<>"$D/$1/a0"
  echo "a $1" >&4
  while read -r n <&5 && [ "$n" = d ]; do
    cat "$D/$1/0" 2>/dev/null
    echo "a $1" >&4
  done
}

# j COMMAND KIND TEXT: runs the text, which gets a path for its terminal's name in T. KIND has i for an input, b for large chunks.
j() {
  (
    e=$D/$1
    b='bs=65536 count=1'
    case $2 in *b*) b='bs=262144 count=4 iflag=fullblock' ;; esac
    if ! { mkdir "$e" && mkfifo "$e/p0" "$e/p1" "$e/p2" "$e/a0" "$e/a1" "$e/a2"; } 2>"$D/why"; then
      echo "e $1 $(cat "$D/why")" >&4
      exit
    fi
    p "$1" 1 <"$e/p1" 3<&- &
    p "$1" 2 <"$e/p2" 3<&- &
    case $2 in
      *i*) f "$1" >"$e/p0" 3<&- & ;;
      *) : >"$e/p0" & ;;
    esac
    T=$e/tty $G $V /bin/sh -c "$3" <"$e/p0" >"$e/p1" 2>"$e/p2" 3<&- 4<&- &
    echo $! >"$e/pid"
    echo "b $1" >&4
    wait $!
    echo "x $1 $?" >&4
  ) &
}

# d COMMAND COUNT: that many characters follow, base64 without line feeds, for its standard input.
d() {
  x=$D/in
  [ ! -p "$D/$1/a0" ] || x=$D/$1/0
  dd bs="$2" count=1 iflag=fullblock <&3 2>/dev/null | base64 -d >"$x"
  [ ! -p "$D/$1/a0" ] || echo d 1<>"$D/$1/a0"
}

# z COMMAND: its standard input has ended.
z() {
  [ ! -p "$D/$1/a0" ] || echo z 1<>"$D/$1/a0"
}

# t COMMAND STREAM: the host has taken the last chunk.
t() {
  [ ! -p "$D/$1/a$2" ] || echo t 1<>"$D/$1/a$2"
}

# k COMMAND SIGNAL
k() {
  read -r x <"$D/$1/pid" && { kill -s "$2" -- "-$x" || kill -s "$2" "$x"; }
} 2>/dev/null

# s COMMAND ROWS COLUMNS: the size of its terminal.
s() {
  read -r x <"$D/$1/tty" && stty rows "$2" cols "$3" <"$x"
} 2>/dev/null

# r COMMAND: it is over for the host. What it has left running goes on.
r() {
  for x in 0 1 2; do
    [ ! -p "$D/$1/a$x" ] || echo r 1<>"$D/$1/a$x"
  done
  rm -rf "${D:?}/$1" &
}

w 5>&- &
W=$!
echo "vmspawn $N" >&4
