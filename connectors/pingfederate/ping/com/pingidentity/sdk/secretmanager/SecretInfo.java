package com.pingidentity.sdk.secretmanager;

import org.sourceid.util.log.AttributeMap;

public class SecretInfo {
    public static final String USERNAME_ATTRIBUTE_NAME = "Username";

    private final String secret;
    private final AttributeMap attributes;

    public SecretInfo(String secret, AttributeMap attributes) {
        this.secret = secret;
        this.attributes = attributes;
    }

    public String getSecret() {
        return secret;
    }

    public AttributeMap getAttributes() {
        return attributes;
    }
}
