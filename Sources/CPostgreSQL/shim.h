// libpq, and the one thing that it does not tell: when the certificate expires that a server shows.
#ifndef KEYTURN_CPOSTGRESQL_H
#define KEYTURN_CPOSTGRESQL_H

#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <time.h>

// The validity period of the certificate that the server showed, in seconds of Unix time. Returns 1 on success, and 0 as long
// as the connection is not encrypted.
static inline int keyturn_pq_certificate(PGconn *connection, int64_t *begins, int64_t *ends) {
    SSL *tls = (SSL *)PQsslStruct(connection, "OpenSSL");
    X509 *certificate = tls ? SSL_get1_peer_certificate(tls) : NULL;
    struct tm first, last;
    int isRead = certificate && ASN1_TIME_to_tm(X509_get0_notBefore(certificate), &first) == 1
        && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &last) == 1;
    if (isRead) {
        *begins = timegm(&first);
        *ends = timegm(&last);
    }
    X509_free(certificate);
    return isRead;
}

#endif
