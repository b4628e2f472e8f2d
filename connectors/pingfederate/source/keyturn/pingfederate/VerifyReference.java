package keyturn.pingfederate;

import keyturn.agent.AgentException;
import org.sourceid.saml20.adapter.conf.Configuration;
import org.sourceid.saml20.adapter.conf.SimpleFieldList;
import org.sourceid.saml20.adapter.gui.ActionDescriptor;
import org.sourceid.saml20.adapter.gui.TextFieldDescriptor;

/** Tries a reference with the settings on the screen. Describes the result, and never shows the value. */
final class VerifyReference implements ActionDescriptor.Action {
    private static final String REFERENCE = "Secret Reference";

    static ActionDescriptor descriptor() {
        ActionDescriptor action = new ActionDescriptor(
                "Verify Secret Reference", "Fetches the value of a reference from keyturnd, and shows whether that works.", new VerifyReference());
        action.addParameter(new TextFieldDescriptor(REFERENCE, "Such as OBF:MGR:keyturn:zoom-prod.client_secret."));
        return action;
    }

    @Override
    public String actionInvoked(Configuration configuration) {
        return "Give the reference.";
    }

    @Override
    public String actionInvoked(Configuration configuration, SimpleFieldList parameters) {
        try {
            Reference reference = Reference.of(parameters.getFieldValue(REFERENCE), configuration.getId());
            return "Good: " + new Lookup(Settings.agent(configuration)).description(reference) + ".";
        } catch (AgentException failure) {
            return "Failed: " + failure.advice();
        } catch (Reference.Malformed | IllegalArgumentException mistake) {
            return "Failed: " + mistake.getMessage();
        }
    }
}
