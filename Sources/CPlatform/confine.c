#define _GNU_SOURCE
#include "Confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KT_SANITIZED 1
#endif
#endif

#if defined(__x86_64__)
#define KT_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define KT_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Newer than the headers of some build systems; the numbers are the same on all architectures. */
enum { KT_MOUNT_SETATTR = 442, KT_QUOTACTL_FD = 443, KT_FCHMODAT2 = 452, KT_SETXATTRAT = 463 };
enum { KT_OPEN_TREE_ATTR = 467, KT_NEWEST = 469, /* instructions of a filter */ KT_MOST = 256 };

/* Calls that no part of this program or its libraries makes, and that an attacker would want. A list of what is denied,
   because one of what is allowed would have to follow each libc, resolver module and OpenSSL; the systemd unit has one too. */
static const uint32_t denied[] = {
    /* Other processes' memory and descriptors. */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp, SYS_userfaultfd,
    SYS_perf_event_open,
    /* The kernel itself. */
    SYS_bpf, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_syslog,
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_personality, SYS_add_key, SYS_request_key,
    SYS_keyctl,
    /* Mounts and namespaces. */
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_open_tree,
    SYS_move_mount, KT_MOUNT_SETATTR, KT_OPEN_TREE_ATTR, SYS_unshare, SYS_setns,
    /* The host: clocks, swap, quotas, names, files by handle. adjtimex(2) stays: it tells whether the clock is synchronised. */
    SYS_clock_settime, SYS_settimeofday, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, KT_QUOTACTL_FD,
    SYS_sethostname, SYS_setdomainname, SYS_open_by_handle_at, SYS_fanotify_init, SYS_vhangup,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
};

/* The calls of each request and each turn of the event loop. Checked first, for kernels (before 5.11) that do not cache
   a filter's answers that do not depend on the arguments. */
static const uint32_t frequent[] = {
    SYS_epoll_pwait, SYS_recvfrom, SYS_sendto, SYS_write, SYS_accept4, SYS_close, SYS_epoll_ctl, SYS_futex, SYS_read,
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#endif
};

#define KT_FIELD(name) ((uint32_t)offsetof(struct seccomp_data, name))
/* The half of an argument that the filter reads. */
#define KT_ARGUMENT(number) (KT_FIELD(args) + 8u * (number))
#define KT_NAMESPACES \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

struct program {
    struct sock_filter code[KT_MOST];
    unsigned short length;
};

static void put(struct program *to, struct sock_filter instruction) {
    if (to->length < KT_MOST) to->code[to->length] = instruction;
    to->length++;
}

static void load(struct program *to, uint32_t offset) {
    put(to, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void answer(struct program *to, uint32_t action) {
    put(to, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Continues with the next instruction if the comparison holds, else skips `over`. */
static void unless(struct program *to, uint16_t comparison, uint32_t value, uint8_t over) {
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | comparison | BPF_K, value, 0, over));
}

static void answer_call(struct program *to, uint32_t call, uint32_t action) {
    unless(to, BPF_JEQ, call, 1);
    answer(to, action);
}

#define KT_DENIED (SECCOMP_RET_ERRNO | EPERM)

/* Other users' and set-ID bits. The owner of a file may set them without a capability, and Landlock does not know of them. */
#define KT_OPEN_MODES 06077u

static void answer_mode(struct program *to, uint32_t call, unsigned mode) {
    unless(to, BPF_JEQ, call, 4);
    load(to, KT_ARGUMENT(mode));
    unless(to, BPF_JSET, KT_OPEN_MODES, 1);
    answer(to, KT_DENIED);
    answer(to, SECCOMP_RET_ALLOW);
}

/* What would give other users access to the vault's files, by mode or by ACL. */
static void keep_files_closed(struct program *to) {
#ifdef SYS_chmod
    answer_mode(to, SYS_chmod, 1);
#endif
    answer_mode(to, SYS_fchmod, 1);
    answer_mode(to, SYS_fchmodat, 2);
    answer_mode(to, KT_FCHMODAT2, 2);
    const uint32_t attributes[] = {SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, KT_SETXATTRAT};
    for (size_t at = 0; at < sizeof attributes / sizeof *attributes; at++) answer_call(to, attributes[at], KT_DENIED);
}

/* Builds the filter. Checking an argument overwrites the loaded call number, so such a branch always ends with an answer. */
static void compose(struct program *to, int starts_programs, int is_program) {
#ifdef KT_ARCHITECTURE
    load(to, KT_FIELD(arch));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KT_ARCHITECTURE, 1, 0));
    answer(to, SECCOMP_RET_KILL_PROCESS);
#endif
    load(to, KT_FIELD(nr));
    for (size_t at = 0; at < sizeof frequent / sizeof *frequent; at++) answer_call(to, frequent[at], SECCOMP_RET_ALLOW);
#ifdef __x86_64__
    /* x32. */
    unless(to, BPF_JGE, 0x40000000, 1);
    answer(to, SECCOMP_RET_KILL_PROCESS);
#endif
    /* Calls newer than this list: libraries try them and fall back. */
    unless(to, BPF_JGT, KT_NEWEST, 1);
    answer(to, SECCOMP_RET_ERRNO | ENOSYS);
    for (size_t at = 0; at < sizeof denied / sizeof *denied; at++) answer_call(to, denied[at], KT_DENIED);
    /* Its flags are in memory, which a filter cannot read. libc then uses clone(2). */
    answer_call(to, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
    if (is_program) keep_files_closed(to);
    if (!starts_programs) {
        answer_call(to, SYS_execve, KT_DENIED);
        answer_call(to, SYS_execveat, KT_DENIED);
#ifdef SYS_fork
        answer_call(to, SYS_fork, KT_DENIED);
        answer_call(to, SYS_vfork, KT_DENIED);
#endif
    }

    unless(to, BPF_JEQ, SYS_clone, starts_programs ? 4 : 6);
    load(to, KT_ARGUMENT(0));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, KT_NAMESPACES, starts_programs ? 1 : 2, 0));
    if (!starts_programs) put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    answer(to, SECCOMP_RET_ALLOW);
    answer(to, KT_DENIED);
    if (!starts_programs) answer(to, KT_DENIED);

    /* Unix, TCP and UDP; of netlink only the protocol that getaddrinfo(3) uses to list addresses. */
    unless(to, BPF_JEQ, SYS_socket, 9);
    load(to, KT_ARGUMENT(0));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 5, 0));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 4, 0));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 3, 0));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3));
    load(to, KT_ARGUMENT(2));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0 /* NETLINK_ROUTE */, 0, 1));
    answer(to, SECCOMP_RET_ALLOW);
    answer(to, SECCOMP_RET_ERRNO | EAFNOSUPPORT);

    /* Injecting input into the controlling terminal. */
    unless(to, BPF_JEQ, SYS_ioctl, 4);
    load(to, KT_ARGUMENT(1));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0));
    put(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x541C /* TIOCLINUX */, 0, 1));
    answer(to, KT_DENIED);
    answer(to, SECCOMP_RET_ALLOW);
}

static int filter_calls(int starts_programs, int is_program, unsigned int flags) {
    struct program program = {.length = 0};
    compose(&program, starts_programs, is_program);
    if (program.length > KT_MOST) return E2BIG;
    const struct sock_fprog given = {.len = program.length, .filter = program.code};
    const long outcome = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &given);
    /* With TSYNC, a positive result is the ID of a thread that has another filter. */
    if (outcome >= 0) return outcome == 0 ? 0 : EBUSY;
    /* An outer filter may deny seccomp(2), as that of Debian 12's systemd does, but not this older call, which confines only
       the calling thread. */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given, 0, 0) == 0 ? 0 : errno;
}

int kt_keep_capabilities(uint64_t kept);

void kt_confine(uint64_t capabilities, int starts_programs, struct kt_confined *outcome) {
    memset(outcome, 0, sizeof *outcome);
#ifdef KT_SANITIZED
    (void)capabilities;
    (void)starts_programs;
    (void)filter_calls;
    (void)kt_keep_capabilities;
    outcome->privileges = outcome->capabilities = outcome->calls = ENOTSUP;
#else
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) outcome->privileges = errno;
    outcome->capabilities = kt_keep_capabilities(capabilities);
    outcome->calls = filter_calls(starts_programs, 0, SECCOMP_FILTER_FLAG_TSYNC);
#endif
}

int kt_close_files(const char *const closed[]);

void kt_confine_program(const char *const closed[], struct kt_confined *outcome) {
    memset(outcome, 0, sizeof *outcome);
#ifdef KT_SANITIZED
    (void)closed;
    outcome->privileges = outcome->capabilities = outcome->calls = outcome->files = ENOTSUP;
#else
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) outcome->privileges = errno;
    outcome->files = kt_close_files(closed);
    outcome->capabilities = kt_keep_capabilities(0);
    outcome->calls = filter_calls(1, 1, 0);
#endif
}

struct trial {
    const char *const *closed;
    struct kt_confined *outcome;
};

static void *try_it(void *given) {
    const struct trial *trial = given;
    kt_confine_program(trial->closed, trial->outcome);
    return NULL;
}

int kt_try_confine_program(const char *const closed[], struct kt_confined *outcome) {
    struct trial trial = {closed, outcome};
    pthread_t thread;
    const int reason = pthread_create(&thread, NULL, try_it, &trial);
    return reason ? reason : pthread_join(thread, NULL);
}
