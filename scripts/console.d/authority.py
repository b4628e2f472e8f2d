"""A private certificate authority, with a server's and a client's certificate, made by openssl."""

import hashlib
import os
import ssl
import subprocess

NEW = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]


def _run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make(directory):
    """Writes ca.pem, server.pem/.key, client.pem/.key; returns their paths and the server's SHA-256."""
    at = lambda name: os.path.join(directory, name)
    _run(*NEW, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=stand-in authority")
    for name, subject, usage in [
        ("server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ("client", "/CN=keyturn", "extendedKeyUsage=clientAuth"),
    ]:
        _run(
            *NEW, "-keyout", at(name + ".key"), "-out", at(name + ".pem"), "-subj", subject, "-CA", at("ca.pem"),
            "-CAkey", at("ca.key"), "-addext", usage, "-addext", "basicConstraints=critical,CA:FALSE",
        )
    with open(at("server.pem"), encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    return {
        "ca_file": at("ca.pem"), "client_cert": at("client.pem"), "client_key": at("client.key"),
        "fingerprint": hashlib.sha256(der).hexdigest(),
    }


def server_context(directory):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(directory, "server.pem"), os.path.join(directory, "server.key"))
    context.load_verify_locations(os.path.join(directory, "ca.pem"))
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
