using Vmspawn.Control.MonitorShare;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>The interfaces of the control socket: systemd's and vmspawn's; see also <see cref="QmpShareInterfaces"/>.</summary>
internal static class ControlInterfaces
{
    public const string Instance = "io.systemd.MachineInstance";
    public const string Ours = "org.vmspawn.Machine";
    public const string GuestName = "org.vmspawn.Guest";
    public const string ConsoleName = "org.vmspawn.Console";

    public static VarlinkInterface MachineInstance { get; } = VarlinkInterface.Parse("""
        # A running machine.
        interface io.systemd.MachineInstance

        # Powers it off at once.
        method Terminate() -> ()

        # Asks it to power off.
        method PowerOff() -> ()

        # Resets it.
        method Reboot() -> ()

        # Stops its processors.
        method Pause() -> ()

        # Starts its processors again.
        method Resume() -> ()

        # Whether it runs, and the state's name.
        method Describe() -> (running: bool, status: string)

        # QEMU's events from now on; the first is READY. data of an event about a disk has its name.
        # [Requires 'more' flag]
        method SubscribeEvents(filter: ?[]string) -> (event: string, data: ?object)

        # Attaches the regular file or block device behind a descriptor as a disk.
        method AddStorage(fileDescriptorIndex: int, name: string, config: ?string) -> ()

        # Detaches a disk.
        method RemoveStorage(name: string) -> ()

        # Gives a disk another file.
        method ReplaceStorage(fileDescriptorIndex: int, name: string) -> ()

        error NotConnected ()
        error NotSupported ()
        error NoSuchStorage ()
        error StorageExists ()
        error StorageImmutable ()
        error BadConfig ()
        error ConfigNotSupported ()
        """);

    public static VarlinkInterface Guest { get; } = VarlinkInterface.Parse("""
        # Commands in the guest of a virtual machine of vmspawn.
        interface org.vmspawn.Guest

        type Terminal (rows: int, columns: int, type: string)

        # Answered when a channel into the guest answers, with its name: shell, agent or ssh.
        method WaitChannel() -> (name: string)

        # Runs a command. The first reply has its id, the last one its exit status: 128 and a signal's number when a signal ended it.
        # It is killed when the client disconnects.
        # [Requires 'more' flag]
        method Execute(
            program: string,
            arguments: ?[]string,
            environment: ?[string]string,
            # Absolute; the user's home directory unless given.
            directory: ?string,
            # root unless given.
            user: ?string,
            # Then there is one output for both streams.
            terminal: ?Terminal,
            # Nobody waits for a part of the output, which is sent in larger pieces.
            bulk: ?bool,
            # Indexes of descriptors that are pipes.
            stdin: ?int,
            stdout: ?int,
            stderr: ?int
        ) -> (id: ?int, status: ?int)

        # Sends a signal to a command that runs and to its process group.
        method Signal(id: int, signal: int) -> ()

        # Changes the size of a command's terminal.
        method Resize(id: int, rows: int, columns: int) -> ()

        error NoChannel (reason: string)
        error NoSuchCommand ()
        """);

    public static VarlinkInterface Console { get; } = VarlinkInterface.Parse("""
        # The console of the guest of a virtual machine of vmspawn.
        interface org.vmspawn.Console

        # Makes the connection the console's: what the guest writes, and input for it, as they are. It ends with the machine. Any number of
        # programs may do so at once; one that is slower than the guest loses the oldest bytes.
        # [Requires 'upgrade' flag]
        method Attach(
            # Begin with what is kept of the past, without what a terminal would answer; yes unless given.
            history: ?bool
        ) -> ()

        # The machine has no console that its owner reads.
        error NoConsole (reason: string)
        """);

    public static VarlinkInterface Machine { get; } = VarlinkInterface.Parse("""
        # A virtual machine of vmspawn. Every error says in a sentence why.
        interface org.vmspawn.Machine

        type Storage (
            name: string,
            type: string,
            driver: string,
            readOnly: bool,
            # Bytes.
            size: int,
            serial: string,
            # The root port that it, or its SCSI controller, sits in.
            port: ?string,
            # Where the guest finds it, or its SCSI controller, on its PCI bus.
            guest: ?string,
            path: ?string,
            root: bool,
            removable: bool,
            state: (attached, attaching, detaching)
        )

        type Port (
            id: string,
            spare: bool,
            guest: string,
            bus: ?int,
            slot: int,
            owner: ?string,
            state: (free, taken, reserved, detaching)
        )

        method Status() -> (
            name: string,
            pid: int,
            qemuPid: int,
            qemuVersion: string,
            state: string,
            running: bool,
            accelerator: string,
            cpus: int,
            # Bytes at start.
            memory: int,
            # By the host's clock, since 1970.
            startedUsec: int,
            image: ?string,
            runtimeDirectory: string,
            layout: string,
            # The guest said that it has come up.
            ready: bool,
            # The guest's own last line about itself.
            guestStatus: ?string,
            # The channel that commands in the guest use now: shell, agent or ssh; none before one answers.
            guestChannel: ?string,
            # Its context id, where there is a vsock.
            vsockCid: ?int,
            # Where sshd is reached, if we know a way: vsock/CID, vsock-mux/PATH, or an IP address.
            sshAddress: ?string,
            sshPort: ?int,
            sshPrivateKeyPath: ?string
        )

        method ListStorage() -> (storage: []Storage)

        method ListPorts() -> (ports: []Port)

        # What was planned before the start.
        method Topology() -> (plan: object)

        # Attaches the image behind a descriptor. It is read-only when the descriptor is, or it is a scsi-cd.
        method Attach(
            fileDescriptorIndex: int,
            name: string,
            # virtio-blk, virtio-scsi, nvme or scsi-cd; virtio-blk unless given.
            config: ?string,
            readOnly: ?bool,
            # For lists; the descriptor is what counts.
            path: ?string,
            # raw or qcow2; default raw, but a file that looks like another format is refused.
            format: ?string
        ) -> (storage: Storage)

        # Detaches a disk: true when the guest has released it, false when that was only requested.
        method Detach(
            name: string,
            # For the guest to release it; yes unless given.
            wait: ?bool,
            # 30 s unless given.
            timeoutUsec: ?int
        ) -> (done: bool)

        # Gives a disk another file while the guest has it; a new size is announced to the guest.
        method Replace(
            fileDescriptorIndex: int,
            name: string,
            path: ?string,
            # raw, which replaces by a file that looks like another format too.
            format: ?string
        ) -> (storage: Storage)

        # Asks the guest to use no more than this many bytes.
        method SetMemory(bytes: int) -> ()

        # What the guest has now, and what it was asked to keep.
        method GetMemory() -> (bytes: int, target: int)

        # Ends the VM as its owner does on a signal, or with force at once, and starts it again with the same options. The descriptor is a pipe: when the VM has been
        # started again "started" is written to it, or else the reason why not.
        method Restart(fileDescriptorIndex: int, force: ?bool) -> ()

        # Freezes the VM into a directory that the owner makes, from which others continue. It ends afterwards unless it is kept. When the caller disconnects before the
        # reply, the VM goes on.
        method Freeze(
            # Absolute.
            directory: string,
            keep: ?bool,
            # none or zstd; none unless given.
            compression: ?string
        ) -> ()

        # Answered when the VM has ended.
        method WaitExit() -> (status: int, reason: ?string)

        error NoSuchStorage (name: string, reason: string)
        error StorageExists (name: string, reason: string)
        error StorageImmutable (name: string, reason: string)
        error NoFreePort (reason: string, ports: []Port)
        error GuestRefused (name: string, reason: string)
        error TimedOut (name: string, reason: string)
        error BadConfig (reason: string)
        error ConfigNotSupported (reason: string)
        error BadFile (reason: string)
        error NotConnected (reason: string)
        error QemuFailed (reason: string)
        # It cannot be frozen, and goes on.
        error NotFrozen (reason: string)
        # The owner does not start it again, or it is ending already.
        error NoRestart (reason: string)
        """);
}
