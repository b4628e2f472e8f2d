package org.sourceid.saml20.adapter.attribute;

public class AttributeValue {
    private final String value;

    public AttributeValue(String value) {
        this.value = value;
    }

    public String getValue() {
        return value;
    }
}
