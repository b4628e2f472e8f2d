package org.sourceid.util.log;

import java.util.HashMap;
import org.sourceid.saml20.adapter.attribute.AttributeValue;

/** A possible variant: a map whose method returns something. */
public class AttributeMap extends HashMap<String, AttributeValue> {
    private static final long serialVersionUID = 1L;

    public AttributeValue put(String name, String value) {
        return put(name, new AttributeValue(value));
    }

    public String getSingleValue(String name) {
        return containsKey(name) ? get(name).getValue() : null;
    }
}
