package org.sourceid.saml20.adapter.conf;

public class SimpleFieldList extends FieldList {}
