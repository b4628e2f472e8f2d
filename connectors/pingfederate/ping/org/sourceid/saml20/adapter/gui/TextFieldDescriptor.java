package org.sourceid.saml20.adapter.gui;

public class TextFieldDescriptor extends FieldDescriptor {
    public TextFieldDescriptor(String name, String description) {
        super(name, description);
    }
}
