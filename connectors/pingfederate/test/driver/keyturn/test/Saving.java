package keyturn.test;

import com.pingidentity.sdk.secretmanager.SecretManager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.sourceid.saml20.adapter.conf.Configuration;
import org.sourceid.saml20.adapter.conf.Field;
import org.sourceid.saml20.adapter.gui.FieldDescriptor;
import org.sourceid.saml20.adapter.gui.validation.FieldValidator;
import org.sourceid.saml20.adapter.gui.validation.ValidationException;

/** Saves an instance: each field's validators are called. */
final class Saving {
    private Saving() {}

    static void run(SecretManager manager, Configuration configuration) throws Exception {
        boolean isRefused = false;
        for (FieldDescriptor field : manager.getPluginDescriptor().getGuiConfigDescriptor().getFields()) {
            Field entered = new Field(field.getName(), configuration.getFieldValue(field.getName()));
            for (FieldValidator validator : field.validators()) {
                if (!validator.equals(validator) || validator.equals(field) || validator.toString().isEmpty()) {
                    throw new IllegalStateException("no object like others");
                }
                validator.hashCode();
                try {
                    copy(validator).validate(entered);
                } catch (ValidationException mistake) {
                    isRefused = true;
                    System.out.println("refused " + field.getName() + " | " + mistake.getMessage());
                }
            }
        }
        if (!isRefused) {
            System.out.println("saved");
        }
    }

    /** Serialized, as in a console whose sessions survive a restart. */
    private static FieldValidator copy(FieldValidator validator) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(validator);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (FieldValidator) in.readObject();
        }
    }
}
