package org.sourceid.saml20.adapter.conf;

public class Configuration extends FieldList {
    private String id;

    public String getId() {
        return id;
    }

    public void setId(String id) {
        this.id = id;
    }
}
