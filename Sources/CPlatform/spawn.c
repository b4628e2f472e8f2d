#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

struct start {
    const char *program;
    char *const *arguments;
    char *const *environment;
    const char *const *closed;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    pid_t child;
    int outcome;
};

/* Confinement applies to one thread, and its children inherit it. */
static void *start_confined(void *given) {
    struct start *start = given;
    struct kt_confined unused;
    kt_confine_program(start->closed, &unused);
    start->outcome = posix_spawn(
        &start->child, start->program, start->actions, start->attributes, start->arguments, start->environment);
    return NULL;
}

int kt_spawn(
    const char *program, char *const arguments[], char *const environment[], const char *const closed[], int input,
    int32_t *pid, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input >= 0) posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    else posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);

    /* SIGCHLD may be ignored since before this program started; the kernel would then discard a child's exit status. */
    signal(SIGCHLD, SIG_DFL);
    struct start start = {program, arguments, environment, closed, &actions, &attributes, 0, 0};
    pthread_t thread;
    int outcome = pthread_create(&thread, NULL, start_confined, &start);
    if (outcome == 0) {
        pthread_join(thread, NULL);
        outcome = start.outcome;
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (outcome != 0) {
        close(ends[0]);
        return outcome;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *pid = start.child;
    *output = ends[0];
    return 0;
}

int kt_ended(int32_t pid, int *status) {
    siginfo_t end = {0};
    if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid != pid) return 0;
    kill(-pid, SIGKILL);
    return waitpid(pid, status, 0) == pid;
}
