package org.sourceid.saml20.adapter.gui;

import java.util.ArrayList;
import java.util.List;
import org.sourceid.saml20.adapter.gui.validation.FieldValidator;

public abstract class FieldDescriptor {
    private final String name;
    private String defaultValue;
    private final List<FieldValidator> validators = new ArrayList<>();

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

    public void addValidator(FieldValidator validator) {
        validators.add(validator);
    }

    /** For tests. */
    public List<FieldValidator> validators() {
        return validators;
    }
}
