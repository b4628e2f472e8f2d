import SocketAPI

extension WireSample {
    private static let app = """
        {"name":"hr","generation":1,"account_id":"A","client_id":"C","marketplace_app_id":"M","environment":"custom",
        "token_url":"T","api_url":"U","secret_fingerprint":"f","secret_length":2,"secret_created_at":@1,"created_at":@2,
        "description":"D","company":"O","contact_name":"N","contact_email":"E","features":"F","owner":"W","labels":{"env":"","team":"x.y-Z_9"},
        "rotation":{"every":3,
        "window":"W","time_zone":"Z","overlap":4,"paused":true,"next_at":@3},"warnings":["w"]}
        """
    private static let bareApp = """
        {"name":"it","generation":1,"account_id":"A","client_id":"C","marketplace_app_id":null,"environment":"custom",
        "token_url":"T","api_url":"U","secret_fingerprint":"f","secret_length":2,"secret_created_at":@1,"created_at":@2,
        "description":null,"company":null,"contact_name":null,"contact_email":null,"features":null,"owner":null,"labels":{},
        "rotation":{"every":null,
        "window":"","time_zone":"Z","overlap":4,"paused":false,"next_at":null},"warnings":[]}
        """
    private static let verification = """
        {"passed":false,"checks":[{"check":"token","outcome":"failed","detail":"d","try":"t","cause":"c",
        "missing":[{"scope":"s","granular":["g"]}]},{"check":"scim","outcome":"warning","detail":"d"}]}
        """
    private static let rotation = """
        {"id":"i","app":"hr","state":"draining","trigger":"manual","base_generation":1,"new_generation":3,"planned_at":@1,
        "due_at":@2,"old_secret_expires_at":@3,"promoted_at":@4,"ended_at":@5,"calls":6,"reason":"r","tracking_id":"z","try":"t","attempts":7,
        "overlap":8,"ends_now":true,"successor":"n","entered_secret":true,"end_set":true}
        """
    private static let rotations = """
        [\(rotation),
        {"id":"i","app":"hr","state":"planned","trigger":"policy","base_generation":1,"new_generation":2,"planned_at":@1,
        "due_at":null,"old_secret_expires_at":null,"promoted_at":null,"ended_at":null,"calls":0,"reason":null,"attempts":0,
        "overlap":0,"ends_now":false,"successor":null,"entered_secret":false,"end_set":false}]
        """
    private static let fullTarget = """
        {"name":"pf","kind":"pingfederate","app":"hr","admin_url":"U","connection":"C","account_id_field":"A",
        "client_id_field":"I","client_secret_field":"S","login":"client_credentials","user":"u","token_url":"T",
        "scope":"s","token_auth_method":"M","trust":"pin","pin":"P","client_cert_expires_at":@1,"trust_expires_at":@2,
        "replicate":"full","settle":3,"bypass_external_validation":true,"restore_drift":true,"created_at":@3,
        "state":"settling","generation":4,"pushed_at":@4,"replicated_at":@5,"looked_at":@6,"changed_at":@7,
        "change":{"code":"secret","detail":"d"},"restored":{"count":5,"first":@8,"last":@9},"same_connection":["x"],
        "failure":{"since":@1,"code":"c","detail":"d","try":"t"},"provisioner":{"log":"/l","channel":"H","since":@2,
        "succeeded":6,"failed":7,"last_failure":@3,"last_cause":"k","failing":true,"unreadable":"n"}}
        """
    private static let bareTarget = """
        {"name":"pf","kind":"pingfederate","app":"hr","admin_url":"U","connection":"C","login":"basic","user":null,
        "token_url":null,"scope":null,"token_auth_method":null,"trust":"system","pin":null,"client_cert_expires_at":null,
        "trust_expires_at":null,"replicate":"none","settle":3,"bypass_external_validation":false,"restore_drift":false,
        "created_at":@3,"state":"new","generation":null,"pushed_at":null,"replicated_at":null,"looked_at":null,
        "changed_at":null,"change":null,"restored":null,"same_connection":[],"failure":null,"provisioner":null}
        """

    static let apps = [
        WireSample(
            AppStatusDocument.self, wrong: "summary", "events",
            text: """
                {"now":@9,"app":\(app),"summary":{"app":"hr","generation":1,"secret_created_at":@1,"token":"fresh",
                "token_expires_at":@2,"rotation":"draining","paused":true,"next_rotation_at":@3,"probed_at":@4,
                "old_holders":5},"problems":[{"code":"locked","severity":"note","app":"hr","detail":"d"}],
                "rotation":\(rotation),"progress":{"step":"draining","waits_for":"holders","detail":"d","names":["sync"],
                "since":@5,"usual":6,"until":@7,"deadline":@8},
                "holders":[{"node":"first","client":"sync","generation":1,"current":true,"at":@1,"acknowledged":true}],"targets":[\(fullTarget)],
                "events":[{"at":@1,"event":"pushed","detail":"d"}]}
                """),
        WireSample(
            AppStatusDocument.self,
            text: """
                {"now":@9,"app":\(bareApp),"summary":{"app":"it","generation":1,"secret_created_at":@1,"token":"none",
                "token_expires_at":null,"rotation":null,"paused":false,"next_rotation_at":null,"probed_at":null,
                "old_holders":0},"problems":[],"rotation":null,"progress":null,"holders":[],"targets":[],"events":[]}
                """),
        WireSample(AppList.self, wrong: "apps", text: "{\"apps\":[\(app),\(bareApp)]}"),
        WireSample(AddedApp.self, wrong: "app", text: "{\"app\":\(app),\"verification\":\(verification)}"),
        WireSample(
            ClientList.self,
            text: """
                {"clients":[{"name":"sync","uid":1,"user":"u","gid":2,"unit":"s.service","exe":"/x","foreign":true,
                "allow":[{"app":"hr","permissions":["token"]}],"created_at":@1},{"name":"sync","uid":1,"user":null,"gid":null,
                "unit":null,"exe":null,"foreign":false,"allow":[],"created_at":@1}]}
                """),
        WireSample(
            EndingPlan.self, wrong: "steps",
            text: """
                {"app":"hr","rotation":"i","steps":["s"],"clients":[{"client":"sync","generation":1}],
                "targets":[{"target":"pf","detail":"d"}],"ends_at":@1}
                """),
        WireSample(
            EndingPlan.self,
            text: #"{"app":"hr","rotation":null,"steps":[],"clients":[],"targets":[],"ends_at":null}"#),
        WireSample(
            HistoryDocument.self,
            text: """
                {"generations":[{"generation":1,"origin":"rotation","since":@1,"rotation":"i","ends_at":@2},
                {"generation":2,"origin":"lost","since":null,"rotation":null,"ends_at":null}],"rotations":\(rotations)}
                """),
        WireSample(
            EvidencePage.self, wrong: "apps", "refusals", "rest",
            text: """
                {"apps":[{"app":"hr","history":{"generations":[],"rotations":[]},"holders":[{"node":"first","client":"sync",
                "generation":2,"current":false,"at":@1,"acknowledged":true}],"requests":[{"action":"a","outcome":"o",
                "client":"c","uid":1,"generation":2,"first":@1,"last":@2,"count":3},{"action":"a","outcome":"o",
                "client":null,"uid":null,"generation":null,"first":@1,"last":@2,"count":3}],"lines":["l"],
                "lines_left_out":1,"requests_left_out":2}],
                "refusals":[{"uid":7,"first":@1,"last":@2,"count":9},{"uid":null,"first":@1,"last":@2,"count":1}],"rest":3}
                """),
        WireSample(
            ObjectsPlan.self, wrong: "done", "changes",
            text: """
                {"done":true,"changes":[{"kind":"app","name":"hr","action":"set","details":["d"],"needs_secret":true},
                {"kind":"target","name":"pf","action":"remove","details":[],"needs_secret":false,
                "failure":"f"}]}
                """),
        WireSample(RotationList.self, wrong: "rotations", text: "{\"rotations\":\(rotations)}"),
        WireSample(
            HolderList.self,
            text: """
                {"app":"hr","generation":1,"holders":[{"node":"first","client":"sync","generation":2,"current":false,"at":@1,
                "acknowledged":true}]}
                """),
        WireSample(
            RotationPlan.self,
            text: """
                {"app":"hr","base_generation":1,"calls":["c"],"old_secret_expires_at":@1,"overlap":2,"holders":["h"],
                "targets":["t"],"obstacles":["o"]}
                """),
        WireSample(CheckResults.self, wrong: "checks", text: verification),
    ]

    static let targets = [
        WireSample(TargetList.self, text: "{\"targets\":[\(fullTarget),\(bareTarget)]}"),
        WireSample(
            TargetDocument.self, wrong: "app", "settle", "created_at", "state", "change", "generation", text: fullTarget
        ),
        WireSample(
            TriedTarget.self, text: "{\"target\":\(bareTarget),\"verification\":{\"passed\":true,\"checks\":[]}}"),
        WireSample(
            ConsoleDiscovery.self,
            text: """
                {"version":"12","connections":[{"id":"i","name":"n","connector":"c","active":true}],"connection":"i",
                "settings":["s"],"account_id_candidates":["a"],"account_id_field":"A","client_id_field":"I",
                "client_secret_field":"S"}
                """),
        WireSample(
            ConsoleDiscovery.self,
            text: #"{"version":"12","connections":[],"connection":null,"settings":[],"account_id_candidates":[]}"#),
        WireSample(
            ServerCertificate.self,
            text: #"{"sha256":"h","subject":"s","issuer":"i","not_before":"b","not_after":"a"}"#),
    ]
}
