#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

/* Sets the HMAC-SHA256 key of `context`. In C because OSSL_PARAM retains pointers to its strings, while a Swift string lends
   its bytes only for the duration of a call. Returns 1 on success. */
static inline int COpenSSL_HMAC_SHA256_init(EVP_MAC_CTX *context, const unsigned char *key, size_t count) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, key, count, parameters);
}

/* Replaces OpenSSL's own callback, which asks on the terminal. */
static inline int COpenSSL_no_password(char *buffer, int size, int writing, void *unused) {
    (void)buffer, (void)size, (void)writing, (void)unused;
    return -1;
}

/* Seconds of Unix time. Returns 1 on success. */
static inline int COpenSSL_unix_seconds(const ASN1_TIME *time, int64_t *seconds) {
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    *seconds = timegm(&parts);
    return 1;
}

/* When a certificate is valid, and which one it is. */
typedef struct {
    int64_t begins, ends;
    unsigned char sha256[32];
} COpenSSL_Certificate;

/* Frees the certificate. Returns 1 on success. */
static inline int COpenSSL_read_certificate(X509 *certificate, COpenSSL_Certificate *seen) {
    unsigned int size = 0;
    int isRead = certificate && COpenSSL_unix_seconds(X509_get0_notBefore(certificate), &seen->begins)
        && COpenSSL_unix_seconds(X509_get0_notAfter(certificate), &seen->ends)
        && X509_digest(certificate, EVP_sha256(), seen->sha256, &size) == 1 && size == sizeof seen->sha256;
    X509_free(certificate);
    return isRead;
}

/* Reads the next certificate of a PEM text: 1; 0 at the end; -1 for one that cannot be read. */
static inline int COpenSSL_next_certificate(BIO *pem, COpenSSL_Certificate *seen) {
    X509 *certificate = PEM_read_bio_X509(pem, NULL, COpenSSL_no_password, NULL);
    if (!certificate) {
        int isEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        ERR_clear_error();
        return isEnd ? 0 : -1;
    }
    return COpenSSL_read_certificate(certificate, seen) ? 1 : -1;
}

/* The same for one certificate in DER: 1 or -1. */
static inline int COpenSSL_certificate(const unsigned char *der, long size, COpenSSL_Certificate *seen) {
    int isRead = COpenSSL_read_certificate(d2i_X509(NULL, &der, size), seen);
    ERR_clear_error();
    return isRead ? 1 : -1;
}

/* Whether a private key in PEM belongs to the first certificate: 1 or 0; -1 if either cannot be read. */
static inline int COpenSSL_key_belongs(const void *pem, int size, const void *key, int keySize) {
    BIO *certificates = BIO_new_mem_buf(pem, size), *keys = BIO_new_mem_buf(key, keySize);
    X509 *certificate = certificates ? PEM_read_bio_X509(certificates, NULL, COpenSSL_no_password, NULL) : NULL;
    EVP_PKEY *pair = keys ? PEM_read_bio_PrivateKey(keys, NULL, COpenSSL_no_password, NULL) : NULL;
    int belongs = certificate && pair ? X509_check_private_key(certificate, pair) : -1;
    EVP_PKEY_free(pair);
    X509_free(certificate);
    BIO_free(keys);
    BIO_free(certificates);
    ERR_clear_error();
    return belongs;
}

#endif
