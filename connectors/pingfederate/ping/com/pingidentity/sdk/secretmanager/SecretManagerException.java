package com.pingidentity.sdk.secretmanager;

public class SecretManagerException extends Exception {
    private static final long serialVersionUID = 1L;

    public SecretManagerException(String message) {
        super(message);
    }

    public SecretManagerException(String message, Throwable cause) {
        super(message, cause);
    }
}
