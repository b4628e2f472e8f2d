package keyturn.pingfederate;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.sourceid.saml20.adapter.gui.FieldDescriptor;

/**
 * Makes PingFederate refuse a wrong value when a field is saved, with a message that says what to type. Its field validators
 * are documented, but looked up by name at run time: a PingFederate without them, or with others, still gets the field. There
 * the wrong value is saved, and each use of the instance reports it.
 */
final class FieldValidation implements InvocationHandler, Serializable {
    private static final long serialVersionUID = 1L;
    private static final String VALIDATOR = "org.sourceid.saml20.adapter.gui.validation.FieldValidator";
    private static final String REFUSAL = "org.sourceid.saml20.adapter.gui.validation.ValidationException";

    /** The condition for a value. PingFederate may serialize the parts of a field. */
    interface Rule extends Serializable {
        /** @throws IllegalArgumentException with a message that says what is wrong and what to type. */
        void check(String value);
    }

    private final Rule rule;

    private FieldValidation(Rule rule) {
        this.rule = rule;
    }

    static void add(FieldDescriptor field, Rule rule) {
        try {
            ClassLoader loader = FieldDescriptor.class.getClassLoader();
            Class<?> validator = Class.forName(VALIDATOR, false, loader);
            refusal(""); // can be made
            validator.getMethod("validate", Class.forName("org.sourceid.saml20.adapter.conf.Field", false, loader));
            Object proxy = Proxy.newProxyInstance(loader, new Class<?>[] {validator}, new FieldValidation(rule));
            FieldDescriptor.class.getMethod("addValidator", validator).invoke(field, proxy);
        } catch (ReflectiveOperationException | LinkageError | RuntimeException other) {
            // A field without validation is better than no plug-in.
        }
    }

    private static Throwable refusal(String message) throws ReflectiveOperationException {
        Class<?> type = Class.forName(REFUSAL, true, FieldDescriptor.class.getClassLoader());
        return (Throwable) type.getConstructor(String.class).newInstance(message);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            switch (method.getName()) {
                case "equals":
                    return proxy == arguments[0];
                case "hashCode":
                    return System.identityHashCode(proxy);
                default:
                    return "a rule of Keyturn's";
            }
        }
        Object field = arguments[0];
        String value = (String) method.getParameterTypes()[0].getMethod("getValue").invoke(field);
        try {
            rule.check(value);
        } catch (IllegalArgumentException mistake) {
            throw refusal(mistake.getMessage());
        }
        return null;
    }
}
