// Sends requests to a server on a Unix socket as fast as it answers, and prints the rate.
//
//   load -s SOCKET (-p PATH | -k KEY) [options]
//
//   -s SOCKET    the Unix socket
//   -p PATH      speak HTTP/1.1: GET PATH. In PATH and KEY, "######" becomes the number of an app (see -a)
//   -k KEY       speak RESP, as Redis does: GET KEY
//   -H LINE      an additional header line; may be repeated
//   -c N         concurrent clients, each with one request in flight (1)
//   -1           a new connection for each request
//   -a N         requests go to app 000000, 000001, ... and start over after N
//   -d SECONDS   how long to measure (5), after
//   -w SECONDS   a warm-up that does not count (1)
//   -n COUNT     instead of a time: this many requests, counted from the first
//   -S STATUS    the status that every answer must have (200)
//   -b BYTES     the length that every body must have; otherwise that of the first
//   -v           bodies may differ from each other; otherwise each is compared with the first
//   -P PID,...   the server's processes, whose CPU time is reported; reaped children of theirs count too
//
// One thread, one epoll. A client sends its next request when it has the whole answer to the last ("closed loop"):
// latencies are those of N busy clients. A latency runs from before the request is written, with -1 from before the
// socket is made, to the answer's last byte. Latencies go into buckets that are 0.4 % wide; a percentile is its
// bucket's upper end, so it is never too small. An answer counts only if it is complete, has the right status, length
// and content, and nothing follows it. Prints one JSON object. Status 0: no errors; 1: some; 2: did not run.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_ANSWER = 256 * 1024, MOST_CLIENTS = 10000, FINE = 8, BUCKETS = (64 - FINE + 1) << FINE, STALL = 15 };

static const char *socket_path, *path, *key, *pids;
static char headers[4096];
static int clients_wanted = 1, apps, expected_status = 200;
static bool one_each, bodies_vary;
static double seconds = 5, warm_up = 1;
static uint64_t count_wanted;
static int64_t expected_body = -1;

static _Noreturn void give_up(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(2);
}

// ---- Time: nanoseconds, and CPU seconds of this program, of the server, and of the whole machine.

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

struct cpu { double own, server, machine; };

static double server_seconds(void) {
    double ticks = 0;
    for (const char *next = pids; next && *next;) {
        char *end, file[64], line[1024];
        long pid = strtol(next, &end, 10);
        next = *end ? end + 1 : end;
        snprintf(file, sizeof file, "/proc/%ld/stat", pid);
        FILE *stat = fopen(file, "r");
        if (!stat) continue;
        size_t length = fread(line, 1, sizeof line - 1, stat);
        fclose(stat);
        line[length] = 0;
        // The name may contain anything, so fields are counted from the bracket after it: utime stime cutime cstime.
        char *field = strrchr(line, ')');
        for (int skip = 0; field && skip < 12; skip++) field = strchr(field + 1, ' ');
        unsigned long user, system;
        long user_of_children, system_of_children;
        if (field && sscanf(field, "%lu %lu %ld %ld", &user, &system, &user_of_children, &system_of_children) == 4)
            ticks += (double)(user + system) + (double)(user_of_children + system_of_children);
    }
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

static struct cpu cpu_seconds(void) {
    struct cpu cpu = {.server = server_seconds()};
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    cpu.own = (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) +
              (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
    FILE *stat = fopen("/proc/stat", "r");
    unsigned long long user, nice, system, idle, wait, irq, soft_irq, steal;
    if (stat && fscanf(stat, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &wait, &irq,
                       &soft_irq, &steal) == 8)
        cpu.machine = (double)(user + nice + system + irq + soft_irq + steal) / (double)sysconf(_SC_CLK_TCK);
    if (stat) fclose(stat);
    return cpu;
}

// ---- Latencies. Below 2^FINE nanoseconds a bucket is one; above, each power of two has 2^FINE buckets.

static uint64_t buckets[BUCKETS], measured, slowest;
static double sum;

static void note(uint64_t latency) {
    unsigned bucket = (unsigned)latency;
    if (latency >> FINE) {
        unsigned shift = 63 - (unsigned)__builtin_clzll(latency) - FINE;
        bucket = ((shift + 1) << FINE) | ((latency >> shift) & ((1 << FINE) - 1));
    }
    buckets[bucket]++;
    measured++;
    sum += (double)latency;
    if (latency > slowest) slowest = latency;
}

static double microseconds(double share) {
    uint64_t rank = (uint64_t)(share * (double)measured + 0.999999), seen = 0;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
        seen += buckets[bucket];
        if (seen < rank || !seen) continue;
        uint64_t end = bucket;
        if (bucket >> FINE) {
            unsigned shift = (bucket >> FINE) - 1;
            end = ((uint64_t)((bucket & ((1 << FINE) - 1)) + (1 << FINE) + 1) << shift) - 1;
        }
        return (double)(end < slowest ? end : slowest) / 1000;
    }
    return 0;
}

// ---- The request: the same bytes each time, except for the app's number.

static char request[8192];
static size_t request_length;
static char *number_at[2];

static void compose(void) {
    int length = key ? snprintf(request, sizeof request, "*2\r\n$3\r\nGET\r\n$%zu\r\n%s\r\n", strlen(key), key)
                     : snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n", path,
                                headers, one_each ? "Connection: close\r\n" : "");
    if (length < 0 || (size_t)length >= sizeof request) give_up("the request is too long");
    request_length = (size_t)length;
    number_at[0] = strstr(request, "######");
    if (apps && !number_at[0]) give_up("-a wants ###### in the path");
}

static void number(uint32_t app) {
    for (char *digit = number_at[0] + 5; digit >= number_at[0]; digit--, app /= 10) *digit = (char)('0' + app % 10);
}

// ---- Clients.

struct client {
    int descriptor;  // -1: needs a connection
    bool until_close;  // the answer ends with the connection
    bool closes;  // the server closes after the answer
    uint64_t asked;
    size_t sent, have, head, whole;  // whole: 0 until the head was read
    char request[sizeof request];
    char answer[LONGEST_ANSWER];
};

static struct { uint64_t connect, broken, cut, malformed, status, length, content; } errors;
static uint64_t begin, end, last_answer, answered, sent_in_all, reconnects, full_backlogs;
static int poll_descriptor, without_connection, done;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static char first_body[LONGEST_ANSWER], known[LONGEST_ANSWER];
static size_t first_length, known_length;
static bool have_first;

static void drop(struct client *client) {
    close(client->descriptor);
    client->descriptor = -1;
    without_connection++;
}

static void fail(struct client *client, uint64_t *kind) {
    ++*kind;
    drop(client);
}

static void watch(struct client *client, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(poll_descriptor, operation, client->descriptor, &event)) give_up("epoll_ctl: %m");
}

// Writes the rest of the request; waits if the socket is full.
static void push(struct client *client) {
    while (client->sent < request_length) {
        ssize_t written = send(client->descriptor, client->request + client->sent, request_length - client->sent,
                               MSG_NOSIGNAL);
        if (written < 0 && errno == EAGAIN) return watch(client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        if (written < 0) return fail(client, &errors.broken);
        client->sent += (size_t)written;
        if (client->sent < request_length) continue;
        if ((size_t)written < request_length) watch(client, EPOLL_CTL_MOD, EPOLLIN);
    }
}

// False when there are no more requests.
static bool begin_request(struct client *client) {
    if (count_wanted && sent_in_all >= count_wanted) return false;
    if (apps) {
        number((uint32_t)(sent_in_all % (uint64_t)apps));
        memcpy(client->request, request, request_length);
    }
    sent_in_all++;
    client->sent = client->have = client->whole = 0;
    client->until_close = client->closes = false;
    return true;
}

// False when the backlog is full: try again.
static bool connect_client(struct client *client, bool again) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) give_up("socket: %m");
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address)) {
        int why = errno;
        close(descriptor);
        if (why == EAGAIN) {
            full_backlogs++;
            return false;
        }
        if (!answered) give_up("%s: %s", socket_path, strerror(why));
        errors.connect++;
        return false;
    }
    client->descriptor = descriptor;
    client->sent = client->have = client->whole = 0;
    client->until_close = client->closes = false;
    without_connection--;
    if (again) reconnects++;
    watch(client, EPOLL_CTL_ADD, EPOLLIN);
    push(client);
    return true;
}

static void ask(struct client *client, uint64_t when) {
    client->asked = when;
    if (!begin_request(client)) {
        if (client->descriptor >= 0) close(client->descriptor);
        else without_connection--;
        client->descriptor = -2;
        done++;
    } else if (client->descriptor == -1) {
        connect_client(client, true);
    } else {
        push(client);
    }
}

// ---- Answers.

// Reads the head, once it has arrived. False: not a valid head.
static bool read_head(struct client *client, int *status) {
    client->answer[client->have] = 0;
    char *text = client->answer;
    *status = 200;
    if (key) {
        char *line_end = memmem(text, client->have, "\r\n", 2);
        if (!line_end) return client->have < 1024;
        long length = strtol(text + 1, NULL, 10);
        if (*text != '$' || length < 0) return *status = 0, true;
        client->head = (size_t)(line_end - text) + 2;
        client->whole = client->head + (size_t)length + 2;
        return client->whole < LONGEST_ANSWER;
    }
    char *head_end = memmem(text, client->have, "\r\n\r\n", 4);
    if (!head_end) return client->have < LONGEST_ANSWER / 2;
    if (strncmp(text, "HTTP/1.", 7) || text[8] != ' ') return false;
    client->head = (size_t)(head_end - text) + 4;
    client->closes = text[7] == '0';
    *status = atoi(text + 9);
    long long length = *status == 204 || *status == 304 ? 0 : -1;
    for (char *line = strstr(text, "\r\n") + 2; line < head_end; line = strstr(line, "\r\n") + 2) {
        if (!strncasecmp(line, "content-length:", 15)) length = strtoll(line + 15, NULL, 10);
        if (!strncasecmp(line, "connection:", 11))
            client->closes = strncasecmp(line + 11 + strspn(line + 11, " "), "close", 5) == 0;
        if (!strncasecmp(line, "transfer-encoding:", 18)) return false;
    }
    client->until_close = length < 0;
    client->whole = client->head + (size_t)(length < 0 ? 0 : length);
    return client->whole < LONGEST_ANSWER;
}

static uint64_t *check(struct client *client) {
    size_t length = client->have - client->head;
    if (!have_first) {
        memcpy(first_body, client->answer + client->head, length);
        first_length = length;
        have_first = true;
    }
    if (expected_body >= 0 && (int64_t)length - (key ? 2 : 0) != expected_body) return &errors.length;
    if (bodies_vary) return NULL;
    if (length != first_length) return &errors.length;
    if (memcmp(first_body, client->answer + client->head, length)) return &errors.content;
    return NULL;
}

static void take(struct client *client) {
    uint64_t when = now();
    last_answer = when;
    answered++;
    if (when >= begin && when < end) note(when - client->asked);
    if (one_each || client->closes) {
        drop(client);
        when = now();
    }
    ask(client, when);
}

static void receive(struct client *client) {
    ssize_t got = recv(client->descriptor, client->answer + client->have, LONGEST_ANSWER - 1 - client->have, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    bool ended = got == 0;
    if (got < 0 || (ended && !(client->until_close && client->whole))) {
        fail(client, ended ? &errors.cut : &errors.broken);
        return ask(client, now());
    }
    client->have += (size_t)got;
    // The same bytes as the last valid answer need not be parsed again.
    if (client->have == known_length && !memcmp(client->answer, known, known_length)) return take(client);
    uint64_t *wrong = NULL;
    if (!client->whole) {
        int status;
        if (!read_head(client, &status)) wrong = &errors.malformed;
        else if ((client->whole || !status) && status != expected_status) wrong = &errors.status;
    }
    if (!wrong) {
        if (!client->whole || (client->until_close ? !ended : client->have < client->whole)) {
            if (client->have < LONGEST_ANSWER - 1) return;
            wrong = &errors.malformed;
        } else if (!client->until_close && client->have > client->whole) {
            wrong = &errors.malformed;
        } else {
            wrong = check(client);
        }
    }
    if (wrong) {
        fail(client, wrong);
        return ask(client, now());
    }
    if (!client->closes && !client->until_close && !bodies_vary) {
        memcpy(known, client->answer, client->have);
        known_length = client->have;
    } else if (client->until_close) {
        client->closes = true;
    }
    take(client);
}

// ---- The run.

static double number_of(const char *text, double least, double most) {
    char *rest;
    double value = strtod(text, &rest);
    if (rest == text || *rest || !(value >= least && value <= most)) give_up("'%s' is not a number here", text);
    return value;
}

static void read_options(int argc, char **argv) {
    for (int option; (option = getopt(argc, argv, "s:p:k:H:c:1a:d:w:n:S:b:vP:")) != -1;) {
        size_t used = strlen(headers);
        switch (option) {
        case 's': socket_path = optarg; break;
        case 'p': path = optarg; break;
        case 'k': key = optarg; break;
        case 'H':
            if (used + strlen(optarg) + 3 > sizeof headers) give_up("too many headers");
            sprintf(headers + used, "%s\r\n", optarg);
            break;
        case 'c': clients_wanted = (int)number_of(optarg, 1, MOST_CLIENTS); break;
        case '1': one_each = true; break;
        case 'a': apps = (int)number_of(optarg, 1, 1e6); break;
        case 'd': seconds = number_of(optarg, 0.01, 3600); break;
        case 'w': warm_up = number_of(optarg, 0, 600); break;
        case 'n': count_wanted = (uint64_t)number_of(optarg, 1, 1e9); break;
        case 'S': expected_status = (int)number_of(optarg, 100, 599); break;
        case 'b': expected_body = (int64_t)number_of(optarg, 0, LONGEST_ANSWER / 2); break;
        case 'v': bodies_vary = true; break;
        case 'P': pids = optarg; break;
        default: give_up("the options are in the head of load.c");
        }
    }
    if (optind != argc || !socket_path || !path == !key) give_up("the options are in the head of load.c");
    if (strlen(socket_path) >= sizeof address.sun_path) give_up("the socket's path is too long");
    strcpy(address.sun_path, socket_path);
}

static void report(double measured_seconds, struct cpu from, struct cpu to) {
    double server = to.server - from.server, own = to.own - from.own;
    double others = to.machine - from.machine - own - server;
    printf("{\"requests\": %" PRIu64 ", \"seconds\": %.6f, \"rate\": %.1f, \"mean_us\": %.2f, \"p50_us\": %.2f, "
           "\"p90_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f, \"max_us\": %.2f, ",
           measured, measured_seconds, (double)measured / measured_seconds, measured ? sum / (double)measured / 1000 : 0,
           microseconds(.5), microseconds(.9), microseconds(.99), microseconds(.999), (double)slowest / 1000);
    printf("\"server_cpu_s\": %.3f, \"load_cpu_s\": %.3f, \"others_cpu_s\": %.3f, \"body_bytes\": %zu, "
           "\"reconnects\": %" PRIu64 ", \"full_backlogs\": %" PRIu64 ", ",
           server, own, others > 0 ? others : 0, first_length - (key && first_length ? 2 : 0), reconnects,
           full_backlogs);
    printf("\"errors\": {\"connect\": %" PRIu64 ", \"broken\": %" PRIu64 ", \"cut\": %" PRIu64 ", \"malformed\": %" PRIu64
           ", \"status\": %" PRIu64 ", \"length\": %" PRIu64 ", \"content\": %" PRIu64 "}}\n",
           errors.connect, errors.broken, errors.cut, errors.malformed, errors.status, errors.length, errors.content);
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    compose();
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    struct client **clients = calloc((size_t)clients_wanted, sizeof *clients);
    if (poll_descriptor < 0 || !clients) give_up("cannot begin: %m");
    if (apps || bodies_vary) bodies_vary = true;

    for (int i = 0; i < clients_wanted; i++) {
        // Not cleared: memory beyond an answer is never touched.
        if (!(clients[i] = malloc(sizeof **clients))) give_up("out of memory");
        clients[i]->descriptor = -1;
        memcpy(clients[i]->request, request, request_length);
    }
    without_connection = clients_wanted;
    uint64_t start = now();
    begin = count_wanted ? start : start + (uint64_t)(warm_up * 1e9);
    end = count_wanted ? UINT64_MAX : begin + (uint64_t)(seconds * 1e9);
    last_answer = start;
    struct cpu from = cpu_seconds(), to;
    bool has_begun = count_wanted > 0;
    for (int i = 0; i < clients_wanted; i++) {
        clients[i]->asked = now();
        if (begin_request(clients[i])) connect_client(clients[i], false);
        else clients[i]->descriptor = -2, without_connection--, done++;
    }

    for (uint64_t time = start; time < end && done < clients_wanted; time = now()) {
        if (!has_begun && time >= begin) {
            has_begun = true;
            reconnects = full_backlogs = 0;
            memset(&errors, 0, sizeof errors);
            from = cpu_seconds();
        }
        if (time > last_answer && time - last_answer > (uint64_t)STALL * 1000000000)
            give_up("no answer for %d s; %" PRIu64 " came before", STALL, answered);
        struct epoll_event events[256];
        int ready = epoll_wait(poll_descriptor, events, 256, without_connection > 0 ? 1 : 50);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (client->descriptor >= 0 && events[i].events & EPOLLOUT) push(client);
            if (client->descriptor >= 0 && events[i].events & ~(uint32_t)EPOLLOUT) receive(client);
        }
        for (int i = 0; i < clients_wanted && without_connection > 0; i++)
            if (clients[i]->descriptor == -1 && !connect_client(clients[i], true)) break;
    }
    uint64_t stop = count_wanted ? last_answer : end;
    to = cpu_seconds();
    report((double)(stop - begin) / 1e9, from, to);
    return !measured || errors.connect + errors.broken + errors.cut + errors.malformed + errors.status +
                            errors.length + errors.content;
}
