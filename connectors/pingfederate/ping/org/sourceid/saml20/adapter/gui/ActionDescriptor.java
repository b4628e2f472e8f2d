package org.sourceid.saml20.adapter.gui;

import java.util.ArrayList;
import java.util.List;
import org.sourceid.saml20.adapter.conf.Configuration;
import org.sourceid.saml20.adapter.conf.SimpleFieldList;

public class ActionDescriptor {
    private final String name;
    private final Action action;
    private final List<FieldDescriptor> parameters = new ArrayList<>();

    public ActionDescriptor(String name, String description, Action action) {
        this.name = name;
        this.action = action;
    }

    public void addParameter(FieldDescriptor parameter) {
        parameters.add(parameter);
    }

    public String getName() {
        return name;
    }

    public Action getAction() {
        return action;
    }

    public List<FieldDescriptor> getParameters() {
        return parameters;
    }

    public interface Action {
        String actionInvoked(Configuration configuration);

        default String actionInvoked(Configuration configuration, SimpleFieldList parameters) {
            return actionInvoked(configuration);
        }
    }
}
