package import Domain

/// The meaning of each code, and what to do about it. `NAME` stands for the name of the app or the push target.
extension AttentionCode {
    package var advice: Advice {
        switch self {
        case .locked:
            Advice("the vault is locked: no client is served and nothing is rotated", try: "keyturn unlock")
        case .socketGone:
            Advice(
                "a socket of the daemon was removed and cannot be created again: new clients cannot connect",
                try: "systemctl restart keyturn-agent.socket keyturn-admin.socket keyturnd.service")
        case .vaultGone:
            Advice(
                "the vault's file was removed, moved, replaced or overwritten under the running daemon: clients are served, and nothing can be saved or rotated",
                try:
                    "keyturn backup FILE, before keyturnd stops: only this process still has the vault; then stop it, and: keyturnd restore FILE --replace"
            )
        case .workStalled:
            Advice(
                "the daemon's periodic work stands still: clients are served, nothing is rotated, and no alert is fired",
                try:
                    "systemctl restart keyturnd, unless status shows secret_in_memory; a disk or a mount may hang: dmesg"
            )
        case .vaultUnwritable:
            Advice(
                "the vault accepts no changes: clients are served, and nothing can be saved or rotated",
                try: "fix what the status names; it accepts changes again automatically, or after a restart"
            )
        case .storeTaken:
            Advice(
                "another daemon has taken the vault in the database over: clients are served from memory, and nothing is saved, rotated or revoked here",
                try: "stop one of both; then, on the host that is to serve it: systemctl restart keyturnd")
        case .storeRolledBack:
            Advice(
                "the vault's database has lost changes that it had confirmed: clients are served from memory, and nothing is saved or rotated",
                try:
                    "do not restart keyturnd; find out what put the database back (a failover, a restore), and put its newest copy in place"
            )
        case .storeUndecided:
            Advice(
                "the vault's database has not confirmed the last change, and nothing is changed before it is known whether that was saved",
                try: "wait, the daemon asks every few seconds; check the server and its synchronous standby")
        case .storeUnreachable:
            Advice(
                "the vault's database cannot be reached, or refuses changes: clients are served from memory, and nothing can be saved or rotated",
                try: "keyturn doctor says why; on the database's host: systemctl status postgresql")
        case .vaultElsewhere:
            Advice(
                "the vault belongs to another host: it is served here, but nothing is rotated",
                try: "keyturn adopt, once the other host has stopped serving it")
        case .clockImplausible:
            Advice(
                "the clock is earlier than this program's build or the latest entries of vault and audit log, or was set ahead by more than a day while the daemon ran: deadlines and windows depend on it, and tokens from before the start are not used",
                try:
                    "set it right: timedatectl set-ntp true; if it is right and was wrong before: keyturn audit acknowledge, or restart keyturnd"
            )
        case .clockDiffers:
            Advice(
                "this host's clock differs from Zoom's by more than a minute: Zoom may refuse rotations and revocations, and deadlines depend on it",
                try: "timedatectl set-ntp true, then keyturn doctor")
        case .stateOpen:
            Advice(
                "other users can reach files of the state directory, or some belong to another user",
                try: "keyturn doctor names them: chmod 0700 or 0600, chown; then find out who changed it")
        case .diskFull:
            Advice(
                "the state directory has less than 32 MiB or hardly any inodes left: soon nothing can be saved and no client served",
                try: "\(Remedy.freeSpace): move other files first, then older files of audit/, without deleting those")
        case .diskLow:
            Advice("the state directory has less than 256 MiB left", try: AttentionCode.diskFull.advice.hint)
        case .auditUnavailable:
            Advice(
                "the audit log cannot be written: no answer with a secret is sent",
                try: "\(Remedy.freeSpace); the daemon's log says why")
        case .auditLogChanged:
            Advice(
                "the audit log was changed",
                try: "keyturn audit verify; once you know why: keyturn audit acknowledge")
        case .auditNotForwarded:
            Advice(
                "lines of the audit log have not reached the receiver in audit.forward for more than five minutes; they stay in the log, and are sent once it accepts them",
                try: "check audit.forward, and whether the receiver runs")
        case .alertsUndelivered:
            Advice(
                "a channel has not accepted alerts for more than five minutes: nobody is notified there",
                try: "keyturn alert test; keyturn alert list; check alerts.channels")
        case .refusalsCounted:
            Advice(
                "callers without a grant are refused so often that the audit log only counts further refusals, in lines refusals.counted; clients with a grant are served and logged as before",
                try: "keyturn audit tail shows the caller: stop it, or grant it access with keyturn client add")
        case .damagedRow:
            Advice(
                "a row of the vault cannot be decrypted, nor can its copy in the backup",
                try: "stop the daemon, then keyturnd check; restore an older backup")
        case .keySlotDamaged:
            Advice(
                "a key slot is damaged or missing: its unlock key may no longer unlock the vault",
                try: "keyturn key add, then keyturn key remove SLOT")
        case .unlockKeyGone:
            Advice(
                "the unlock key for the next start is gone: a restart would leave the vault locked",
                try: "put it back; or keyturn key add, and make the daemon start with that key")
        case .keyRotationWaits:
            Advice(
                "the vault's new key is not in use everywhere",
                try: "wait, the daemon tries again each minute; if something is damaged, restore a backup")
        case .secretInMemory:
            Advice(
                "a new secret is in memory only: neither the vault nor a spool file can be written",
                try: "\(Remedy.freeSpace), and do not stop keyturnd")
        case .secretInSpool:
            Advice(
                "a new secret is in an encrypted file of spool/, and not in the vault yet",
                try: "\(Remedy.freeSpace); the rotation then continues automatically")
        case .spoolUnclaimed:
            Advice(
                "a file of spool/ belongs to no rotation, or cannot be decrypted",
                try: "keep the file while a rotation waits for a lost answer; when none does, remove it")
        case .spoolUnreadable:
            Advice(
                "spool/ cannot be read, and no rotation continues until it can",
                try: "make spool/ in the state directory a directory of the daemon's user, mode 0700")
        case .spoolNotReady:
            Advice(
                "no spare file could be reserved for a new secret that the vault cannot store",
                try: Remedy.freeSpace)
        case .secretExpires:
            Advice(
                "the current secret expires within 7 days, and has no successor",
                try: "keyturn rotation list; a blocked rotation shows what it needs")
        case .consumerSecretExpired:
            Advice(
                "a push target or a client uses a secret that is revoked, or expires within 7 days",
                try: "keyturn target push NAME; keyturn holders NAME, then make the client fetch again")
        case .zoomUnreachable:
            Advice(
                "Zoom has given no usable answer for more than 15 minutes",
                try: ZoomCause.unreachable.fix("NAME"))
        case .tokensRunOut:
            Advice(
                "Zoom gives no usable answer, and a token that clients request has expired: they get 503",
                try: ZoomCause.unreachable.fix("NAME"))
        case .newerSecretLost:
            Advice(
                "the app had a newer secret, which the restored backup lacks: the served secret will expire",
                try: "keyturn rotate NAME; if Zoom refuses the restored secret: keyturn rotate NAME --manual")
        case .secondSecret:
            Advice(
                "Zoom also accepts another secret of the app, from an answer that came late or gave way to a secret that was entered: one of the two may expire within 30 days",
                try: "keyturn rotate NAME")
        case .secretUnproven:
            Advice(
                "the secret is from a backup and is not served: Zoom has not accepted it yet",
                try: "keyturn app verify NAME")
        case .restoredSecretRefused:
            Advice(
                "the secret is from a backup, and Zoom refuses it",
                try: Remedy.newSecret("NAME"))
        case .rotationBlocked:
            Advice(
                "a rotation needs your attention; the old secret is served as long as it works",
                try:
                    "keyturn rotation show ID says why; then keyturn rotation resume ID or keyturn rotate NAME --manual"
            )
        case .rotationWaits:
            Advice(
                "a rotation has waited longer than usual for a target, a client, Zoom or the vault",
                try: "keyturn status shows what it waits for, and the command to type; keyturn rotation show ID")
        case .lostResponse:
            Advice(
                "an answer of Zoom was lost, perhaps with a new secret; the old one works until it expires",
                try: "wait, Keyturn asks again automatically; keyturn rotation show ID")
        case .missingScopes:
            Advice(
                "the app's token lacks scopes that PingFederate's connector needs",
                try: ZoomCause.missingScopes.fix("NAME"))
        case .rotationOverdue:
            Advice(
                "a rotation has been due for more than an hour and ten minutes and has not started",
                try: "keyturn rotate NAME")
        case .rotationImpossible:
            Advice(
                "the app has automatic rotation, but lacks the Marketplace app ID or the scope that Zoom's API requires",
                try: "keyturn app verify NAME names what is missing")
        case .rotationRefused:
            Advice(
                "Zoom refused the last scheduled rotation; the present secret still works, but has no successor",
                try: "keyturn rotate NAME --dry-run shows the obstacles; then keyturn rotate NAME")
        case .policyUnreadable:
            Advice(
                "the app's window or time zone cannot be read on this machine, so it is not rotated automatically",
                try: "install tzdata, or keyturn app set NAME --timezone ZONE")
        case .holdersNearDeadline:
            Advice(
                "the old secret will be revoked within 7 days, and some clients still hold it",
                try: "make them fetch again; keyturn holders NAME")
        case .rotationPaused:
            Advice("the app is paused, although its rotation is due", try: "keyturn resume NAME")
        case .targetFailed:
            Advice(
                "a push target does not accept the credentials",
                try: "keyturn target test NAME, then fix what it reports"
            )
        case .targetNew: Advice("nothing was pushed to a target yet", try: "keyturn target push NAME")
        case .targetBehind:
            Advice(
                "a target has an older secret, and no running rotation will change that",
                try: "keyturn target push NAME"
            )
        case .provisioningFailing:
            Advice(
                "according to PingFederate's log, since the last push all provisioning has failed, or the last three attempts",
                try: "keyturn app verify NAME; if that passes, the cause is in PingFederate's provisioner.log")
        case .provisionerLogUnreadable:
            Advice(
                "PingFederate's log, which a target names, cannot be read, so its failures go unnoticed",
                try: "let the daemon's user read it, or keyturn target set NAME --provisioner-log ''")
        case .targetRestored:
            Advice(
                "in the last 3 days somebody else changed the pushed values, and the current secret was pushed again (--restore-drift)",
                try:
                    "find out who saves it (PingFederate's admin.log, Terraform, imports); then keyturn target push NAME"
            )
        case .targetChanged:
            Advice(
                "somebody else changed the pushed values, or saved the connection while the console does not "
                    + "show whether the secret differs",
                try: "keyturn target push NAME; only if you know that it has the current secret: "
                    + "keyturn target accept NAME")
        case .certificateExpires:
            Advice(
                "a certificate of a push target has expired or expires within 30 days: its client certificate, the pinned one, or its CA's",
                try: "keyturn target set NAME --client-cert F --client-key F, --pin SHA256 or --ca-file F")
        case .userChanged:
            Advice(
                "the uid of a client now belongs to a different user: the client is refused",
                try: "keyturn client remove NAME, and add it again")
        case .grantWithoutApp:
            Advice(
                "a client is granted an app that does not exist: any app that is added under that name will be granted to it",
                try: "keyturn app add NAME, or keyturn client remove NAME")
        }
    }
}
