package com.pingidentity.sdk.secretmanager;

import com.pingidentity.sdk.GuiConfigDescriptor;
import com.pingidentity.sdk.PluginDescriptor;

/** A possible variant: for a secret manager only, not for any plug-in. */
public class SecretManagerDescriptor extends PluginDescriptor {
    public SecretManagerDescriptor(String type, SecretManager plugin, GuiConfigDescriptor gui) {
        super(type, plugin, gui, "none");
    }

    public SecretManagerDescriptor(String type, SecretManager plugin, GuiConfigDescriptor gui, String version) {
        super(type, plugin, gui, version);
    }
}
