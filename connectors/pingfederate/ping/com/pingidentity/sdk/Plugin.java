package com.pingidentity.sdk;

import org.sourceid.saml20.adapter.conf.Configuration;

public interface Plugin {
    void configure(Configuration configuration);

    PluginDescriptor getPluginDescriptor();
}
