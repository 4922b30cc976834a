namespace Vmspawn.Linux;

/// <summary>Signals with their numbers on x86, Arm, RISC-V, POWER and s390 (signal(7)).</summary>
public enum Signal
{
    /// <summary>No signal: only checks that the process exists.</summary>
    None = 0,

    /// <summary>Hangup of the terminal.</summary>
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

    /// <summary>Bus error.</summary>
    SIGBUS = 7,

    /// <summary>Arithmetic exception.</summary>
    SIGFPE = 8,

    /// <summary>Kill; cannot be caught.</summary>
    SIGKILL = 9,

    /// <summary>User-defined.</summary>
    SIGUSR1 = 10,

    /// <summary>Invalid memory access.</summary>
    SIGSEGV = 11,

    /// <summary>User-defined.</summary>
    SIGUSR2 = 12,

    /// <summary>Write to a pipe without readers.</summary>
    SIGPIPE = 13,

    /// <summary>Timer expired.</summary>
    SIGALRM = 14,

    /// <summary>Termination request.</summary>
    SIGTERM = 15,

    /// <summary>Not used.</summary>
    SIGSTKFLT = 16,

    /// <summary>A child has ended or stopped.</summary>
    SIGCHLD = 17,

    /// <summary>Continue after a stop.</summary>
    SIGCONT = 18,

    /// <summary>Stop; cannot be caught.</summary>
    SIGSTOP = 19,

    /// <summary>Stop from the keyboard.</summary>
    SIGTSTP = 20,

    /// <summary>Terminal read by a background process.</summary>
    SIGTTIN = 21,

    /// <summary>Terminal write by a background process.</summary>
    SIGTTOU = 22,

    /// <summary>Urgent data in a socket.</summary>
    SIGURG = 23,

    /// <summary>CPU time limit exceeded.</summary>
    SIGXCPU = 24,

    /// <summary>File size limit exceeded.</summary>
    SIGXFSZ = 25,

    /// <summary>CPU time timer expired.</summary>
    SIGVTALRM = 26,

    /// <summary>Profiling timer expired.</summary>
    SIGPROF = 27,

    /// <summary>Terminal size changed.</summary>
    SIGWINCH = 28,

    /// <summary>A descriptor is ready.</summary>
    SIGIO = 29,

    /// <summary>Power failure.</summary>
    SIGPWR = 30,

    /// <summary>A system call that does not exist, or that a seccomp filter forbids.</summary>
    SIGSYS = 31,

    /// <summary>The first realtime signal available to programs with glibc.</summary>
    SIGRTMIN = 34,

    /// <summary>systemd's request to a machine's leader to power off: SIGRTMIN+4 (systemd(1)).</summary>
    PowerOff = SIGRTMIN + 4,
}
