/* Prepares the process before the .NET runtime starts. The runtime opens descriptors of its own (its signal pipe among them) and records
   signal dispositions before Main, so this is a constructor of the program's image. It also runs in the trampoline of each child. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A closed descriptor 0, 1 or 2 would be reused for the next file that is opened, which would then be read as the user's input or
   written to as standard error. open(2) takes the lowest free number, hence the order. Without CLOEXEC: children inherit them. */
static void open_standard_descriptors(void)
{
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* Without /dev any file keeps the number taken; one opened with O_PATH can be neither read nor written. */
        if (open("/dev/null", O_RDWR) < 0)
            open("/", O_PATH | O_DIRECTORY);
    }
}

/* The parent may have blocked signals, SIGTERM among them: the mask is inherited. */
static void unblock_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* SIGXFSZ: a write above RLIMIT_FSIZE is to fail with EFBIG, not to kill.
   SIGTTIN and SIGTTOU: in the background ("vmspawn … &") a read of the terminal fails with EIO instead of stopping us while QEMU runs
   on. TerminalMode and GuestInput leave the terminal alone until we are in its foreground.
   Children get the defaults back (Spawner, ParentDeath). */
static void ignore_signals(void)
{
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
}

/* When the runtime cannot start, main returns -1 without a message. It has started exactly when there is a second thread (its finalizer):
   a directory has two links and one for each directory in it, and /proc/self/task has one for each thread. */
static void explain_failed_start(int status, void *unused)
{
    static const char sentence[] =
        "vmspawn: the .NET runtime cannot start: no thread or no memory is left for this process (see ulimit -u, TasksMax= and MemoryMax=)\n";
    struct stat threads;
    (void)unused;
    if ((status & 0xff) != 255 || (stat("/proc/self/task", &threads) == 0 && threads.st_nlink > 3))
        return;
    if (write(STDERR_FILENO, sentence, sizeof(sentence) - 1) < 0)
        _exit(1);
    _exit(1);
}

__attribute__((constructor(101))) static void prepare(void)
{
    open_standard_descriptors();
    unblock_signals();
    ignore_signals();
    on_exit(explain_failed_start, NULL);
}
