package com.pingidentity.sdk.secretmanager;

import com.pingidentity.sdk.Plugin;
import java.util.Map;

public interface SecretManager extends Plugin {
    String SECRET_REFERENCE_PREFIX = "OBF:MGR:";

    SecretInfo getSecretInfo(String secretId, Map<String, Object> inParameters) throws SecretManagerException;
}
