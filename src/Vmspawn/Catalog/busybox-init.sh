#!/bin/busybox sh
# The only program of the busybox image: loads the drivers, takes an address by DHCP, serves the host's commands, and runs a shell on the console.
/bin/busybox mkdir -p /dev /proc /sys /run /tmp /root
export PATH=/bin HOME=/root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run
echo 1 >/proc/sys/kernel/printk
while read -r module; do insmod "/modules/$module.ko"; done </modules/order
rm -r /modules

# virtio's console may appear shortly after its driver was loaded.
tries=0
until : 2>/dev/null >/dev/console || [ $tries = 100 ]; do
    tries=$((tries + 1))
    usleep 50000
done
exec </dev/console >/dev/console 2>&1

hostname busybox
ip link set lo up
cat >/etc/dhcp <<'SCRIPT'
#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr replace "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route replace default via "${router%% *}"
for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
SCRIPT
chmod 0755 /etc/dhcp
for card in /sys/class/net/e*; do
    [ -e "$card/device" ] || continue
    ip link set "${card##*/}" up
    udhcpc -b -S -s /etc/dhcp -i "${card##*/}" >/dev/null 2>&1 &
done

end() {
    sync
    poweroff -f
}

# The power button, for "vmspawn poweroff".
for event in /sys/class/input/event*; do
    [ -r "$event/device/name" ] && read -r name <"$event/device/name" && [ "$name" = "Power Button" ] || continue
    { dd bs=24 count=1 <"/dev/input/${event##*/}" >/dev/null 2>&1 && end; } &
done

# The service of docs/guest-channel.md, for "vmspawn exec". The port is there if the host has it.
for port in /sys/class/virtio-ports/*; do
    [ -r "$port/name" ] && read -r name <"$port/name" && [ "$name" = org.vmspawn.shell ] || continue
    while :; do
        (
            cd /root
            exec 3<>"/dev/${port##*/}" </dev/null
            while IFS= read -r l <&3; do case $l in "#vmspawn "*) eval "${l#* }" ;; esac; done
        )
        sleep 1
    done &
done

cd /root
echo
echo "Linux $(uname -r) with busybox, in memory: nothing is kept. \"exit\" powers off."
setsid cttyhack sh -l
end
