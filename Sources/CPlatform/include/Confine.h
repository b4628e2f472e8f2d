/* Dropping privileges, capabilities and system calls for good; for a program that is started, also writing to files. */
#ifndef KEYTURN_CONFINE_H
#define KEYTURN_CONFINE_H

#include <stdint.h>

/* The outcome of each measure: 0 if it was applied, else an errno. ENOTSUP: this is a build with a sanitizer, which needs
   what would be dropped. */
struct kt_confined {
    int32_t privileges;
    int32_t capabilities;
    int32_t calls;
    /* For a program that is started: its files. EOPNOTSUPP and ENOSYS: this kernel has no Landlock, or it is off. */
    int32_t files;
};

/* Bits of the capabilities to retain if this process has them. */
enum {
    KT_CAP_CHOWN = 1 << 0,
    KT_CAP_DAC_READ_SEARCH = 1 << 2,
    KT_CAP_IPC_LOCK = 1 << 14,
    KT_CAP_SYS_PTRACE = 1 << 19,
};

/* Confines this process and its children for good. Call it while there is one thread: for other threads only the system
   calls are restricted. `starts_programs`: whether the process may ever run a program. */
void kt_confine(uint64_t capabilities, int starts_programs, struct kt_confined *outcome);

/* Confines the calling thread and its children to the needs of a helper program: no capability, no privileged system call,
   no signal to outside processes, and no writing below the closed directories; `closed` ends with NULL. New files cannot be
   created in the parents of those directories either. */
void kt_confine_program(const char *const closed[], struct kt_confined *outcome);

/* The outcome of kt_confine_program here, tried on a temporary thread. Returns 0, or an errno. */
int kt_try_confine_program(const char *const closed[], struct kt_confined *outcome);

#endif
