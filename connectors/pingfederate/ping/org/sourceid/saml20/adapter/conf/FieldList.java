package org.sourceid.saml20.adapter.conf;

import java.util.HashMap;
import java.util.Map;

public abstract class FieldList {
    private final Map<String, String> values = new HashMap<>();

    public String getFieldValue(String name) {
        return values.get(name);
    }

    /** For tests. */
    public void set(String name, String value) {
        values.put(name, value);
    }
}
