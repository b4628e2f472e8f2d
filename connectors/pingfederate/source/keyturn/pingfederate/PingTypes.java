package keyturn.pingfederate;

import com.pingidentity.sdk.GuiConfigDescriptor;
import com.pingidentity.sdk.PluginDescriptor;
import com.pingidentity.sdk.secretmanager.SecretInfo;
import com.pingidentity.sdk.secretmanager.SecretManager;
import com.pingidentity.sdk.secretmanager.SecretManagerDescriptor;
import java.lang.reflect.Constructor;
import org.sourceid.util.log.AttributeMap;

/**
 * Two of PingFederate's members, looked up by name at run time. Its documentation does not give the exact type of the
 * plug-in's parameter of one, nor of the other's result; linked against a wrong guess, they would not be found.
 */
final class PingTypes {
    private PingTypes() {}

    static PluginDescriptor descriptor(String type, SecretManager plugin, GuiConfigDescriptor gui, String version) {
        Object[] arguments = {type, plugin, gui, version};
        try {
            for (Constructor<?> candidate : SecretManagerDescriptor.class.getConstructors()) {
                if (takes(candidate.getParameterTypes(), arguments)) {
                    return (PluginDescriptor) candidate.newInstance(arguments);
                }
            }
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("PingFederate makes no descriptor of a secret manager", failure);
        }
        throw new IllegalStateException("this PingFederate's SecretManagerDescriptor has other parameters");
    }

    /** @param name {@code null} if there is none. */
    static AttributeMap userName(String name) {
        AttributeMap attributes = new AttributeMap();
        if (name == null) {
            return attributes;
        }
        try {
            AttributeMap.class
                    .getMethod("put", String.class, String.class)
                    .invoke(attributes, SecretInfo.USERNAME_ATTRIBUTE_NAME, name);
            return attributes;
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("this PingFederate's AttributeMap has other parameters", failure);
        }
    }

    private static boolean takes(Class<?>[] types, Object[] arguments) {
        if (types.length != arguments.length) {
            return false;
        }
        for (int index = 0; index < types.length; index++) {
            if (!types[index].isInstance(arguments[index])) {
                return false;
            }
        }
        return true;
    }
}
