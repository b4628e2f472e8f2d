import SocketAPI

extension WireSample {
    static let reports = [
        WireSample(
            AlertList.self, wrong: "channels", "alerts",
            text: """
                {"channels":[{"name":"team","type":"slack","receiver":"r","least_severity":"warning","undelivered":1,
                "refused":2,"failing_since":@1,"reason":"w"},{"name":"new","type":"of_tomorrow","receiver":"r",
                "least_severity":"critical","undelivered":0,"refused":0,"failing_since":null,"reason":null}],"alerts":[{"code":"c","severity":"note","app":"hr","target":"pf","detail":"d","try":"t",
                "deadline":@2,"since":@1},{"code":"c","severity":"note","app":null,"target":null,"detail":"d","try":null,
                "deadline":null,"since":@1}]}
                """),
        WireSample(
            AlertTested.self, wrong: "channels",
            text: """
                {"channels":[{"name":"team","type":"slack","receiver":"r","accepted":true,"reason":null},
                {"name":"mail","type":"smtp","receiver":"s","accepted":false,"reason":"w"}]}
                """),
        WireSample(AuditPage.self, wrong: "lines", text: #"{"lines":["a","b"],"last":9}"#),
        WireSample(AuditReport.self, text: #"{"segments":1,"lines":2,"first":3,"last":4,"code":"c","findings":["f"]}"#),
        WireSample(
            BackupReport.self, wrong: "taken_at",
            text: """
                {"file":"/b","bytes":1,"taken_at":@1,"rows":2,"commits":3,"apps":[{"app":"hr","generation":4}],
                "removed":["r"],"problems":[{"code":"locked","severity":"note","app":"hr","target":"pf","detail":"d",
                "try":"t","deadline":@2},{"code":"locked","severity":"critical","detail":"d"}]}
                """),
        WireSample(
            BulkReport.self, wrong: "command", "results",
            text: """
                {"command":"rotate","dry_run":true,"results":[{"app":"hr","outcome":"left_out","detail":"d","try":"t",
                "exit_status":0,"rotation":"i"},{"app":"it","outcome":"not_tried","detail":"d","exit_status":75,
                "rotation":null}]}
                """),
        WireSample(
            CalendarDocument.self, wrong: "left_out",
            text: """
                {"now":@1,"until":@9,"events":[{"uid":"u","kind":"rotation","app":"hr","target":"pf","at":@2,"detail":"d",
                "expected":true},{"uid":"v","kind":"of_tomorrow","app":null,"target":null,"at":@3,"detail":"d",
                "expected":false}],"left_out":4,"windows":[{"window":"W","time_zone":"Z","apps":5,
                "openings":[{"from":@6,"to":@7}]}],"paused":["hr"]}
                """),
        WireSample(
            CheckReport.self, wrong: "commits",
            text: """
                {"passed":false,"vault":"/v","rows":1,"commits":2,"apps":[{"app":"hr","generation":4}],"audit_lines":3,
                "findings":[{"severity":"fatal","place":"/p","detail":"d","try":"t"},
                {"severity":"error","place":"/p","detail":"d"}]}
                """),
        WireSample(
            CheckReport.self,
            text: #"{"passed":true,"vault":"/v","rows":1,"commits":null,"apps":[],"audit_lines":3,"findings":[]}"#),
        WireSample(ConfigReport.self, wrong: "file", text: #"{"valid":true,"file":"/f","warnings":["w"]}"#),
        WireSample(ConfigReport.self, text: #"{"valid":true,"file":null,"warnings":[]}"#),
        WireSample(
            CheckResults.self, wrong: "checks",
            text: """
                {"passed":false,"checks":[{"check":"c","outcome":"failed","detail":"d","try":"t"},
                {"check":"c","outcome":"passed","detail":"d"}]}
                """),
        WireSample(
            ExplainRequest.self, strict: true, wrong: "pid",
            text: #"{"app":"hr","permission":"token","pid":1,"uid":2,"user":"u","unit":"s.service","exe":"/x"}"#),
        WireSample(ExplainRequest.self, strict: true, text: #"{"app":"hr","permission":"credentials"}"#),
        WireSample(
            ExplainDocument.self, wrong: "served", "caller",
            text: """
                {"served":true,"app":"hr","permission":"token","reason":"r","client":"sync","caller":{"pid":1,"uid":2,"user":"u",
                "gid":3,"groups":[4,5],"unit":"s.service","slice":"s.slice","exe":"/x","foreign":true},
                "policies":[{"client":"sync","allows":true,"reason":"q"}]}
                """),
        WireSample(
            ExplainDocument.self,
            text: """
                {"served":false,"app":"hr","permission":"token","reason":"r","client":null,"caller":{"pid":null,"uid":2,
                "user":null,"gid":null,"groups":[],"unit":null,"slice":null,"exe":null,"foreign":false},"policies":[]}
                """),
        WireSample(
            KeyList.self, wrong: "epoch", "resealing",
            text: """
                {"epoch":1,"resealing":{"rows":2,"done":1},"waiting":"w","slots":[{"slot":"1","kind":"passphrase",
                "state":"damaged","created_at":@1,"in_use":true,"scrypt":{"log_n":3,"r":4,"p":5}},{"slot":"2",
                "kind":"recovery","state":"ok","created_at":@2,"in_use":false}]}
                """),
        WireSample(KeyList.self, text: #"{"epoch":1,"resealing":null,"slots":[]}"#),
        WireSample(
            KeyAdded.self,
            text: #"{"slot":"1","kind":"recovery","state":"damaged","created_at":@1,"in_use":false,"recovery_key":"k"}"#
        ),
        WireSample(KeyAdded.self, text: #"{"slot":"1","kind":"file","state":"ok","created_at":@1,"in_use":false}"#),
        WireSample(
            RestoreReport.self, wrong: "newer_secrets",
            text: """
                {"vault":"/v","backup":"/b","commits":1,"apps":[{"app":"hr","generation":4}],"rotated_since":["hr","it"],
                "newer_secrets":[{"app":"hr","restored_generation":1,"newest_generation":2,"made_at":@1,
                "restored_valid_until":@2},{"app":"it","restored_generation":1,"newest_generation":2,"made_at":null,
                "restored_valid_until":null}],"moved_aside":"/m"}
                """),
        WireSample(
            RestoreReport.self,
            text: """
                {"vault":"/v","backup":"/b","commits":null,"apps":[],"rotated_since":[],"newer_secrets":[],"moved_aside":null}
                """),
        WireSample(
            MigrationReport.self, wrong: "rows",
            text: """
                {"from":"/v on host h","to":"database d at h:5432","commits":3,"rows":7,"apps":[{"app":"hr","generation":4}],
                "moved_aside":"/m"}
                """),
        WireSample(
            MigrationReport.self,
            text: #"{"from":"d","to":"/v","commits":null,"rows":0,"apps":[],"moved_aside":null}"#),
        WireSample(
            StatusDocument.self, wrong: "state", "started_at", "key_epoch", "apps",
            text: """
                {"state":"unlocked","version":"1","started_at":@1,"now":@2,"key_epoch":3,"resealing":{"rows":2,"done":1},
                "problems":[{"code":"x","severity":"warning","detail":"d"}],"apps":[{"app":"hr","generation":2,
                "secret_created_at":@3,"token":"fresh","token_expires_at":@4,"rotation":"draining","paused":true,
                "next_rotation_at":@5,"probed_at":@6,"old_holders":7},{"app":"it","generation":2,"secret_created_at":@3,
                "token":"none","token_expires_at":null,"rotation":null,"paused":false,"next_rotation_at":null,
                "probed_at":null,"old_holders":0}]}
                """),
        WireSample(
            StatusDocument.self,
            text: #"{"state":"locked","version":"1","started_at":@1,"now":@2,"problems":[],"apps":[]}"#),
    ]
}
