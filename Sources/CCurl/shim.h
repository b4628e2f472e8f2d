// Functions of libcurl that Swift cannot call: variadic ones, with one wrapper for each type of argument. And an
// allocator that wipes. Requires libcurl 7.87 or later.
#ifndef KEYTURN_CCURL_H
#define KEYTURN_CCURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// MARK: setopt and getinfo

static inline CURLcode keyturn_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode keyturn_curl_set_offset(CURL *easy, CURLoption option, int64_t value) {
    return curl_easy_setopt(easy, option, (curl_off_t)value);
}

// Strings are copied by libcurl.
static inline CURLcode keyturn_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

// The memory belongs to the caller and must outlive the transfer.
static inline CURLcode keyturn_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl makes its own copy, with the allocator below.
static inline CURLcode keyturn_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t size) {
    struct curl_blob blob = {(void *)bytes, size, CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}

static inline CURLcode keyturn_curl_set_receiver(
    CURL *easy, CURLoption option, size_t (*receive)(char *, size_t, size_t, void *)
) {
    return curl_easy_setopt(easy, option, receive);
}

static inline CURLcode keyturn_curl_set_before_request(
    CURL *easy, int (*before)(void *, char *, char *, int, int)
) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before);
}

// Without this, every program that the process starts would inherit the connections.
static inline curl_socket_t keyturn_curl_socket(void *unused, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)unused;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode keyturn_curl_set_sockets_private(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, keyturn_curl_socket);
}

static inline CURLcode keyturn_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

// The description of the server's own certificate, one line each; NULL when there is none.
static inline const struct curl_slist *keyturn_curl_leaf(CURL *easy) {
    struct curl_certinfo *found = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &found) != CURLE_OK) return NULL;
    return found && found->num_of_certs > 0 ? found->certinfo[0] : NULL;
}

static inline CURLcode keyturn_curl_get_socket(CURL *easy, int *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

static inline CURLcode keyturn_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode keyturn_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline const curl_version_info_data *keyturn_curl_version(void) {
    return curl_version_info(CURLVERSION_NOW);
}

// MARK: An allocator that wipes

// libcurl copies request headers and small bodies, and never wipes the copies. Each block is therefore preceded by its
// length (in 16 bytes, which keeps the alignment of malloc), and wiped before it is freed.
enum { KEYTURN_CURL_PREFIX = 16 };

static inline void *keyturn_curl_malloc(size_t size) {
    if (size > SIZE_MAX - KEYTURN_CURL_PREFIX) return NULL;
    char *block = (char *)malloc(size + KEYTURN_CURL_PREFIX);
    if (!block) return NULL;
    memcpy(block, &size, sizeof size);
    return block + KEYTURN_CURL_PREFIX;
}

static inline size_t keyturn_curl_size(const void *pointer) {
    size_t size;
    memcpy(&size, (const char *)pointer - KEYTURN_CURL_PREFIX, sizeof size);
    return size;
}

static inline void keyturn_curl_free(void *pointer) {
    if (!pointer) return;
    explicit_bzero(pointer, keyturn_curl_size(pointer));
    free((char *)pointer - KEYTURN_CURL_PREFIX);
}

static inline void *keyturn_curl_realloc(void *pointer, size_t size) {
    void *larger = keyturn_curl_malloc(size);
    if (!larger || !pointer) return larger;
    size_t old = keyturn_curl_size(pointer);
    memcpy(larger, pointer, old < size ? old : size);
    keyturn_curl_free(pointer);
    return larger;
}

static inline char *keyturn_curl_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = (char *)keyturn_curl_malloc(size);
    if (copy) memcpy(copy, text, size);
    return copy;
}

static inline void *keyturn_curl_calloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) return NULL;
    void *block = keyturn_curl_malloc(total);
    if (block) memset(block, 0, total);
    return block;
}

// Call it once in a process, before any other function of libcurl.
static inline CURLcode keyturn_curl_global_init(void) {
    return curl_global_init_mem(
        CURL_GLOBAL_DEFAULT, keyturn_curl_malloc, keyturn_curl_free, keyturn_curl_realloc, keyturn_curl_strdup,
        keyturn_curl_calloc
    );
}

#endif
