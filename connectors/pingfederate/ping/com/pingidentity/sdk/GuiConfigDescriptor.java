package com.pingidentity.sdk;

import java.util.ArrayList;
import java.util.List;
import org.sourceid.saml20.adapter.gui.ActionDescriptor;
import org.sourceid.saml20.adapter.gui.FieldDescriptor;

public class GuiConfigDescriptor {
    private final List<FieldDescriptor> fields = new ArrayList<>();
    private final List<ActionDescriptor> actions = new ArrayList<>();

    public GuiConfigDescriptor(String description) {}

    public void addField(FieldDescriptor field) {
        fields.add(field);
    }

    public void addAction(ActionDescriptor action) {
        actions.add(action);
    }

    public List<FieldDescriptor> getFields() {
        return fields;
    }

    public List<ActionDescriptor> getActions() {
        return actions;
    }
}
