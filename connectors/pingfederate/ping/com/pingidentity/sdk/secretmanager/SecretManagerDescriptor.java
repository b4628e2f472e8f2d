package com.pingidentity.sdk.secretmanager;

import com.pingidentity.sdk.GuiConfigDescriptor;
import com.pingidentity.sdk.Plugin;
import com.pingidentity.sdk.PluginDescriptor;

public class SecretManagerDescriptor extends PluginDescriptor {
    public SecretManagerDescriptor(String type, Plugin plugin, GuiConfigDescriptor gui, String version) {
        super(type, plugin, gui, version);
    }
}
