package org.sourceid.saml20.adapter.gui.validation;

public class ValidationException extends Exception {
    private static final long serialVersionUID = 1L;

    public ValidationException(String message) {
        super(message);
    }
}
