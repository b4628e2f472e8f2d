"""A provisioning cycle of an engine with its copy of the connection: mint a token, list users over SCIM."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request


def provision(values, token_url, api_url):
    """The result, as text for people."""
    pair = base64.b64encode(f"{values.get('OAuth client')}:{values.get('OAuth secret')}".encode()).decode()
    form = urllib.parse.urlencode({"grant_type": "account_credentials", "account_id": values.get("Account")}).encode()
    try:
        wanted = urllib.request.Request(token_url, data=form, headers={"Authorization": "Basic " + pair})
        with urllib.request.urlopen(wanted, timeout=10) as answer:
            token = json.load(answer)["access_token"]
        wanted = urllib.request.Request(
            api_url + "/scim2/Users?startIndex=1&count=1", headers={"Authorization": "Bearer " + token})
        with urllib.request.urlopen(wanted, timeout=10) as answer:
            return {"cycle": "done", "users": json.load(answer)["totalResults"]}
    except urllib.error.HTTPError as error:
        return {"cycle": "failed", "status": error.code}
