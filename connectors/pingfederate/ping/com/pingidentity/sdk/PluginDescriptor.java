package com.pingidentity.sdk;

public class PluginDescriptor {
    private final String type;
    private final GuiConfigDescriptor gui;
    private final String version;

    public PluginDescriptor(String type, Plugin plugin, GuiConfigDescriptor gui, String version) {
        this.type = type;
        this.gui = gui;
        this.version = version;
    }

    public String getType() {
        return type;
    }

    public GuiConfigDescriptor getGuiConfigDescriptor() {
        return gui;
    }

    public String getVersion() {
        return version;
    }
}
