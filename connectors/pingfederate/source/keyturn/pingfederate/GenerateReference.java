package keyturn.pingfederate;

import org.sourceid.saml20.adapter.conf.Configuration;
import org.sourceid.saml20.adapter.conf.SimpleFieldList;
import org.sourceid.saml20.adapter.gui.ActionDescriptor;
import org.sourceid.saml20.adapter.gui.TextFieldDescriptor;

/** Writes a reference, for people who do not know its form. Sends no request. */
final class GenerateReference implements ActionDescriptor.Action {
    private static final String APP = "App";
    private static final String FIELD = "Field";

    static ActionDescriptor descriptor() {
        ActionDescriptor action = new ActionDescriptor(
                "Generate Secret Reference", "Writes the reference to a field of a Zoom app.", new GenerateReference());
        action.addParameter(new TextFieldDescriptor(APP, "Name of the app in Keyturn, such as zoom-prod."));
        action.addParameter(new TextFieldDescriptor(FIELD, "account_id, client_id, client_secret or access_token."));
        return action;
    }

    @Override
    public String actionInvoked(Configuration configuration) {
        return "Give the app and the field.";
    }

    @Override
    public String actionInvoked(Configuration configuration, SimpleFieldList parameters) {
        String instance = configuration.getId();
        if (instance == null || instance.isBlank()) {
            return "Save the instance first: its ID is part of the reference.";
        }
        try {
            return Reference.of(text(parameters, APP) + "." + text(parameters, FIELD)).in(instance);
        } catch (Reference.Malformed malformed) {
            return "The app is not a name of Keyturn's, or the field none of account_id, client_id, client_secret and"
                    + " access_token.";
        }
    }

    private static String text(SimpleFieldList parameters, String name) {
        String value = parameters.getFieldValue(name);
        return value == null ? "" : value.strip();
    }
}
