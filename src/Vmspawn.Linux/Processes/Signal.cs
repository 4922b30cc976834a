namespace Vmspawn.Linux;

/// <summary>Signals by the numbers that x86, Arm, RISC-V, POWER and s390 share (signal(7)).</summary>
public enum Signal
{
    /// <summary>No signal: only checks that the process is there.</summary>
    None = 0,

    /// <summary>The terminal is gone.</summary>
    SIGHUP = 1,

    /// <summary>Interrupt from the keyboard.</summary>
    SIGINT = 2,

    /// <summary>Quit from the keyboard.</summary>
    SIGQUIT = 3,

    /// <summary>Illegal instruction.</summary>
    SIGILL = 4,

    /// <summary>A failed assertion.</summary>
    SIGABRT = 6,

    /// <summary>Bad memory access of the hardware's kind.</summary>
    SIGBUS = 7,

    /// <summary>Death that cannot be caught.</summary>
    SIGKILL = 9,

    /// <summary>For the program's own use.</summary>
    SIGUSR1 = 10,

    /// <summary>Invalid memory access.</summary>
    SIGSEGV = 11,

    /// <summary>For the program's own use.</summary>
    SIGUSR2 = 12,

    /// <summary>A write that nobody can read.</summary>
    SIGPIPE = 13,

    /// <summary>Please end.</summary>
    SIGTERM = 15,

    /// <summary>A child has ended or stopped.</summary>
    SIGCHLD = 17,

    /// <summary>Go on after a stop.</summary>
    SIGCONT = 18,

    /// <summary>A stop that cannot be caught.</summary>
    SIGSTOP = 19,

    /// <summary>The terminal has another size.</summary>
    SIGWINCH = 28,

    /// <summary>The first realtime signal that glibc leaves to programs.</summary>
    SIGRTMIN = 34,

    /// <summary>How systemd asks a machine's leader to power off: SIGRTMIN+4 (systemd(1)).</summary>
    PowerOff = SIGRTMIN + 4,
}
