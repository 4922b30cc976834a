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

    /// <summary>A breakpoint.</summary>
    SIGTRAP = 5,

    /// <summary>A failed assertion.</summary>
    SIGABRT = 6,

    /// <summary>Bad memory access of the hardware's kind.</summary>
    SIGBUS = 7,

    /// <summary>A wrong arithmetic operation.</summary>
    SIGFPE = 8,

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

    /// <summary>A timer has run out.</summary>
    SIGALRM = 14,

    /// <summary>Please end.</summary>
    SIGTERM = 15,

    /// <summary>Not used.</summary>
    SIGSTKFLT = 16,

    /// <summary>A child has ended or stopped.</summary>
    SIGCHLD = 17,

    /// <summary>Go on after a stop.</summary>
    SIGCONT = 18,

    /// <summary>A stop that cannot be caught.</summary>
    SIGSTOP = 19,

    /// <summary>A stop from the keyboard.</summary>
    SIGTSTP = 20,

    /// <summary>A read of the terminal in its background.</summary>
    SIGTTIN = 21,

    /// <summary>A write to the terminal in its background.</summary>
    SIGTTOU = 22,

    /// <summary>Urgent data in a socket.</summary>
    SIGURG = 23,

    /// <summary>The limit of processor time is passed.</summary>
    SIGXCPU = 24,

    /// <summary>The limit of a file's size is passed.</summary>
    SIGXFSZ = 25,

    /// <summary>A timer of processor time has run out.</summary>
    SIGVTALRM = 26,

    /// <summary>A timer of the profiler has run out.</summary>
    SIGPROF = 27,

    /// <summary>The terminal has another size.</summary>
    SIGWINCH = 28,

    /// <summary>A descriptor is ready.</summary>
    SIGIO = 29,

    /// <summary>Power fails.</summary>
    SIGPWR = 30,

    /// <summary>A system call that does not exist, or that a seccomp filter forbids.</summary>
    SIGSYS = 31,

    /// <summary>The first realtime signal that glibc leaves to programs.</summary>
    SIGRTMIN = 34,

    /// <summary>How systemd asks a machine's leader to power off: SIGRTMIN+4 (systemd(1)).</summary>
    PowerOff = SIGRTMIN + 4,
}
