package org.sourceid.util.log;

import java.util.HashMap;
import java.util.Map;

public class AttributeMap {
    private final Map<String, String> values = new HashMap<>();

    public void put(String name, String value) {
        values.put(name, value);
    }

    public String getSingleValue(String name) {
        return values.get(name);
    }
}
