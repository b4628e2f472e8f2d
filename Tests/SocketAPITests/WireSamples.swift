import SocketAPI

extension WireSample {
    static let requests = [
        WireSample(
            AppDraft.self, strict: true, wrong: "account_id",
            text: """
                {"name":"hr","account_id":"A","client_id":"C","client_secret":"S","marketplace_app_id":"M",
                "environment":"commercial","token_url":"T","api_url":"U","verify":false,"description":"D","company":"O",
                "contact_name":"N","contact_email":"E","features":"F","owner":"W","labels":{"env":"prod"}}
                """),
        WireSample(
            AppDraft.self, strict: true,
            text: #"{"name":"hr","account_id":"A","client_id":"C","client_secret":"S","verify":true}"#),
        WireSample(
            AppPatch.self, strict: true, wrong: "rotate_every", "paused", "company", "labels", "remove_labels",
            text: """
                {"rotate_every":1,"window":"W","time_zone":"Z","overlap":2,"account_id":"A","client_id":"C",
                "marketplace_app_id":"M","paused":false,"description":"D","company":"O","contact_name":"N",
                "contact_email":"E","features":"F","owner":"W","labels":{"env":"prod"},"remove_labels":["team"],"verify":true}
                """),
        WireSample(AppPatch.self, strict: true, text: "{}"),
        WireSample(
            ObjectsRequest.self, strict: true, wrong: "objects", "secrets",
            text: """
                {"objects":{"version":1,"apps":[{"name":"hr","account_id":"A","client_id":"C","marketplace_app_id":"M",
                "environment":"government","token_url":"T","api_url":"U","description":"D","owner":"W",
                "labels":{"env":"prod"},"rotation":{"every":60,"window":"W","time_zone":"Z","overlap":1,"paused":true}},
                {"name":"it","account_id":"A","client_id":"C"}],"clients":[{"name":"sync","uid":1,
                "allow":[{"app":"*","permissions":["token"]}]}],"targets":[{"kind":"pingfederate","name":"pf","app":"hr",
                "admin_url":"U","connection":"C","account_id_field":"A","client_id_field":"I","client_secret_field":"S",
                "login":"client_credentials","user":"u","token_url":"T","client_id":"i","scope":"s",
                "token_auth_method":"client_secret_post","ca":"c","pin":"p","replicate":"none","settle":1,
                "bypass_external_validation":true,"restore_drift":true,"provisioner_log":"/l","provisioner_channel":"c"}]},
                "prune":true,"verify":false,"secrets":[{"app":"it","client_secret":"S"}]}
                """),
        WireSample(
            EvidenceRequest.self, strict: true, wrong: "since", "apps", text: #"{"since":@1,"apps":["hr","it"]}"#),
        WireSample(BackupRequest.self, strict: true, wrong: "file", text: #"{"file":"/b","force":true}"#),
        WireSample(BackupRequest.self, strict: true, wrong: "keep", text: #"{"directory":"/d","keep":3}"#),
        WireSample(
            ClientDraft.self, strict: true, wrong: "uid", "allow",
            text: """
                {"name":"sync","uid":1,"user":"u","gid":2,"unit":"s.service","exe":"/x","foreign":true,
                "allow":[{"app":"hr","permissions":["credentials","token"]},{"app":"*","permissions":[]}]}
                """),
        WireSample(ClientDraft.self, strict: true, text: #"{"name":"sync","allow":[]}"#),
        WireSample(
            DiscoverRequest.self, strict: true, wrong: "connection",
            text: """
                {"admin_url":"U","client_cert":"C","client_key":"K","ca":"A","pin":"P","connection":"N","filter":"F"}
                """),
        WireSample(DiscoverRequest.self, strict: true, text: #"{"admin_url":"U","user":"u","password":"p"}"#),
        WireSample(CertificateRequest.self, strict: true, wrong: "admin_url", text: #"{"admin_url":"U"}"#),
        WireSample(NewKeyRequest.self, strict: true, text: #"{"passphrase":"p"}"#),
        WireSample(NewKeyRequest.self, strict: true, text: #"{"key_file":"k"}"#),
        WireSample(NewKeyRequest.self, strict: true, text: #"{"recovery_key":true}"#),
        WireSample(UnlockRequest.self, strict: true, text: #"{"passphrase":"p"}"#),
        WireSample(UnlockRequest.self, strict: true, text: #"{"recovery_key":"r"}"#),
        WireSample(
            RotateRequest.self, strict: true, wrong: "overlap", text: #"{"overlap":1,"now":true,"client_secret":"s"}"#),
        WireSample(RotateRequest.self, strict: true, text: "{}"),
        WireSample(GenerationReport.self, strict: true, wrong: "generation", text: #"{"generation":7}"#),
        WireSample(
            TargetDraft.self, strict: true, wrong: "kind", "settle", "restore_drift",
            text: """
                {"kind":"pingfederate","name":"pf","app":"hr","admin_url":"U","token_url":"T","client_id":"I",
                "client_secret":"S","scope":"a b","token_auth_method":"client_secret_post","pin":"P","connection":"C",
                "account_id_field":"A","client_id_field":"D","client_secret_field":"E","replicate":"full","settle":9,
                "bypass_external_validation":true,"restore_drift":true,"provisioner_log":"/l","provisioner_channel":"H",
                "verify":false}
                """),
        WireSample(
            TargetDraft.self, strict: true,
            text: """
                {"kind":"pingfederate","name":"pf","app":"hr","admin_url":"U","user":"u","password":"p","connection":"C",
                "verify":true}
                """),
        WireSample(
            TargetPatch.self, strict: true, wrong: "admin_url", "client_key", "settle", "verify",
            text: """
                {"admin_url":"U","connection":"C","user":"u","token_url":"T","client_id":"I","scope":"","token_auth_method":"client_secret_post",
                "client_cert":"R","trust":"system","ca":"A","pin":"P","replicate":"none","provisioner_log":"/l",
                "provisioner_channel":"H","account_id_field":"","client_id_field":"D","client_secret_field":"E",
                "password":"p","client_secret":"S","client_key":"K","settle":1,"bypass_external_validation":false,
                "restore_drift":true,"verify":true}
                """),
        WireSample(TargetPatch.self, strict: true, text: "{}"),
    ]

    static let agentAnswers = [
        WireSample(HealthAnswer.self, wrong: "status", text: #"{"status":"locked"}"#),
        WireSample(AppsAnswer.self, wrong: "apps", text: #"{"apps":[{"app":"hr","generation":2,"rotating":true}]}"#),
        WireSample(AppEvent.self, wrong: "event", text: #"{"app":"hr","generation":2,"event":"rotated"}"#),
        WireSample(
            CredentialsAnswer.self,
            text: """
                {"app":"hr","generation":2,"account_id":"A","client_id":"C","client_secret":"S","created_at":@1,
                "rotating":true,"previous_valid_until":@2}
                """),
        WireSample(
            CredentialsAnswer.self,
            text: """
                {"app":"hr","generation":2,"account_id":"A","client_id":"C","client_secret":"S","created_at":@1,
                "rotating":false,"previous_valid_until":null}
                """),
        WireSample(FieldAnswer.self, text: #"{"app":"hr","generation":2,"field":"client_id","value":"C"}"#),
        WireSample(
            TokenAnswer.self,
            text: """
                {"app":"hr","generation":2,"access_token":"a","token_type":"bearer","expires_at":@1,"expires_in":5,"scope":"s",
                "api_url":"U"}
                """),
        WireSample(
            TokenDocument.self,
            text: """
                {"app":"hr","generation":2,"access_token":"a","token_type":"bearer","issued_at":@1,"expires_at":@2,
                "expires_in":5,"scope":"s","api_url":"U"}
                """),
        WireSample(
            TokenDocument.self,
            text: """
                {"app":"hr","generation":2,"token_type":"bearer","issued_at":@1,"expires_at":@2,"expires_in":5,
                "scope":null,"api_url":"U"}
                """),
    ]
}
