package org.sourceid.saml20.adapter.gui;

/** A possible variant: without validators. */
public abstract class FieldDescriptor {
    private final String name;
    private String defaultValue;

    protected FieldDescriptor(String name, String description) {
        this.name = name;
    }

    public String getName() {
        return name;
    }

    public String getDefaultValue() {
        return defaultValue;
    }

    public void setDefaultValue(String value) {
        defaultValue = value;
    }
}
