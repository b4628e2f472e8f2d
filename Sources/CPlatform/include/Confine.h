/* What a process gives up for good: privileges, capabilities, system calls; and a program that it starts, more. */
#ifndef KEYTURN_CONFINE_H
#define KEYTURN_CONFINE_H

#include <stdint.h>

/* What became of each measure: 0 when it was taken, else an errno. ENOTSUP: this was built with a sanitizer, which needs
   what would be given up. */
struct kt_confined {
    int32_t privileges;
    int32_t capabilities;
    int32_t calls;
    /* In a program that is started: its files. EOPNOTSUPP and ENOSYS: this kernel has no Landlock, or it is off. */
    int32_t files;
};

/* Capabilities by their bits, to be kept where this process has them. */
enum {
    KT_CAP_CHOWN = 1 << 0,
    KT_CAP_DAC_READ_SEARCH = 1 << 2,
    KT_CAP_IPC_LOCK = 1 << 14,
    KT_CAP_SYS_PTRACE = 1 << 19,
};

/* Confines this process, and all that it starts, for good. To be called while it has one thread: of other threads only the
   system calls are seen to. `starts_programs`: whether it may ever run one. */
void kt_confine(uint64_t capabilities, int starts_programs, struct kt_confined *outcome);

/* Confines the calling thread, and what it starts, to what a helper program needs: no capability, no privileged system call,
   no signal to a process outside, and no writing below the directories that are named; `closed` ends with NULL. New files can
   be made in none of the directories above those either. */
void kt_confine_program(const char *const closed[], struct kt_confined *outcome);

/* What kt_confine_program comes to here, tried on a thread that ends. Returns 0, or an errno. */
int kt_try_confine_program(const char *const closed[], struct kt_confined *outcome);

#endif
