import SocketAPI

extension AttentionCode {
    var explanation: Explanation {
        switch self {
        case .locked: Explanation("the vault is locked: nobody is served and nothing is rotated", try: "keyturn unlock")
        case .socketGone:
            Explanation(
                "a socket of the daemon's was removed and it cannot make it again: new clients cannot connect",
                try: "systemctl restart keyturn-agent.socket keyturn-admin.socket keyturnd.service")
        case .vaultElsewhere:
            Explanation(
                "the vault was last served on another machine: it is served here, and nothing is rotated",
                try: "keyturn adopt, once the other machine serves it no more")
        case .clockImplausible:
            Explanation(
                "the clock is before this program was made, behind what the vault and the audit log were written at, or was set ahead by more than a day while the daemon ran: deadlines and windows go by it, and tokens from before the start are not used",
                try:
                    "set it right: timedatectl set-ntp true; if it is right and was wrong before: keyturn audit acknowledge, or restart keyturnd"
            )
        case .diskFull:
            Explanation(
                "the state directory has less than 32 MiB left, or hardly a file more: soon nothing is kept and nobody is served",
                try: "make room there; the daemon then continues automatically")
        case .diskLow:
            Explanation(
                "the state directory has less than 256 MiB left",
                try: "make room there before it is full; keyturn doctor")
        case .auditUnavailable:
            Explanation(
                "the audit log cannot be written: nothing with a secret is answered",
                try: "make room in the state directory; the daemon's log says why")
        case .auditLogChanged:
            Explanation(
                "the audit log is not as it was written",
                try: "keyturn audit verify says where; once you know why: keyturn audit acknowledge")
        case .refusalsCounted:
            Explanation(
                "callers without a grant are refused more often than the audit log has lines for: the rest is counted, and told in lines refusals.counted; who has a grant is served and logged as ever",
                try: "keyturn audit tail shows who asks: stop it, or grant it with keyturn client add")
        case .damagedRow:
            Explanation(
                "a row of the vault does not open, and so neither does its copy in the backup",
                try: "stop the daemon, then keyturnd check; restore an older backup")
        case .keySlotDamaged:
            Explanation(
                "a way into the vault is damaged or gone: what opened it may not open the vault any more",
                try: "keyturn key add, then keyturn key remove SLOT")
        case .keyRotationWaits:
            Explanation(
                "rows could not be encrypted with the vault's new key; the daemon tries again each minute",
                try: "wait; if a row is damaged, restore a backup")
        case .secretInMemory:
            Explanation(
                "a new secret is in the daemon's memory alone, since neither vault nor spool takes it",
                try: "make room in the state directory, and do not stop keyturnd")
        case .secretInSpool:
            Explanation(
                "a new secret is stored encrypted in a file of spool/, since the vault cannot be written",
                try: "make room in the state directory; the rotation then continues automatically")
        case .spoolUnclaimed:
            Explanation(
                "a file of spool/ belongs to no rotation, or does not open",
                try: "keep it while a rotation waits for a lost answer, else remove it")
        case .spoolUnreadable:
            Explanation(
                "spool/ cannot be read, and no rotation continues until it can",
                try: "make it a directory of the daemon's user, mode 0700")
        case .spoolNotReady:
            Explanation(
                "no spare file could be reserved for a new secret that the vault cannot store",
                try: "make room in the state directory")
        case .secretDies:
            Explanation(
                "the current secret expires within 7 days, and nothing has replaced it",
                try: "keyturn rotation list; what is blocked there says what it needs")
        case .consumerSecretDead:
            Explanation(
                "a push target or a client uses a secret that is revoked, or expires within 7 days",
                try: "keyturn target push NAME; keyturn holders NAME, then have the client fetch again")
        case .zoomUnreachable:
            Explanation(
                "Zoom has given no usable answer for more than 15 minutes",
                try: "keyturn doctor; check name resolution, proxy and firewall")
        case .tokensRunOut:
            Explanation(
                "Zoom gives no usable answer, and a token that clients ask for has run out: they get 503",
                try: "keyturn doctor; check name resolution, proxy and firewall")
        case .newerSecretLost:
            Explanation(
                "the app had a newer secret, which the restored backup does not have: Zoom ends the one that is handed out",
                try: "keyturn rotate NAME; if Zoom refuses the restored secret: keyturn rotate NAME --manual")
        case .secretUnproven:
            Explanation(
                "the secret is out of a backup and is not handed out: Zoom has not taken it yet",
                try: "keyturn app verify NAME")
        case .restoredSecretDead:
            Explanation(
                "the secret is out of a backup, and Zoom refuses it",
                try: "make a new one in the Marketplace, then keyturn rotate NAME --manual")
        case .rotationBlocked:
            Explanation(
                "a rotation needs your attention; the old secret is handed out as long as it works",
                try:
                    "keyturn rotation show ID says why; then keyturn rotation resume ID or keyturn rotate NAME --manual"
            )
        case .rotationWaits:
            Explanation(
                "a rotation has waited longer for a target, a client, Zoom or the vault than that usually takes",
                try: "keyturn status says for what, and what to type; keyturn rotation show ID")
        case .lostResponse:
            Explanation(
                "an answer of Zoom's was lost, and with it perhaps a new secret; the old one works until Zoom ends it",
                try: "wait, Keyturn asks again automatically; keyturn rotation show ID")
        case .missingScopes:
            Explanation(
                "the app's token lacks scopes that PingFederate's connector needs",
                try: "tick them in the Marketplace, under the app's Scopes tab, then keyturn app verify NAME")
        case .rotationOverdue:
            Explanation(
                "a rotation is due for more than an hour and ten minutes and has not begun", try: "keyturn rotate NAME")
        case .rotationImpossible:
            Explanation(
                "the app is to be rotated automatically, and lacks the Marketplace app ID or the scope that Zoom's API takes",
                try: "keyturn app verify NAME names what is missing")
        case .rotationRefused:
            Explanation(
                "Zoom refused the last scheduled rotation; the present secret works as before, and none has replaced it since",
                try: "keyturn rotate NAME --dry-run names what is in the way; then keyturn rotate NAME")
        case .policyUnreadable:
            Explanation(
                "the app's window or time zone cannot be read on this machine, so that it is not rotated automatically",
                try: "install tzdata, or keyturn app set NAME --timezone ZONE")
        case .holdersNearDeadline:
            Explanation(
                "within 7 days the old secret is ended, and some clients still hold it",
                try: "have them fetch again; keyturn holders NAME")
        case .rotationPaused:
            Explanation("the app is paused, and its rotation would be due", try: "keyturn resume NAME")
        case .targetFailed:
            Explanation(
                "a push target does not take the credentials", try: "keyturn target test NAME, then fix what it reports"
            )
        case .targetNew: Explanation("nothing was pushed to a target yet", try: "keyturn target push NAME")
        case .targetBehind:
            Explanation(
                "a target has an older secret, and no rotation is going to change that", try: "keyturn target push NAME"
            )
        case .provisioningFailing:
            Explanation(
                "PingFederate's own log says that since the last push nothing it provisions succeeds, or the last three did not",
                try: "keyturn app verify NAME; if that passes, the cause is in PingFederate's provisioner.log")
        case .provisionerLogUnreadable:
            Explanation(
                "the log of PingFederate's that a target names cannot be read, so that its failures are not seen",
                try: "let the daemon's user read it, or keyturn target set NAME --provisioner-log ''")
        case .targetRestored:
            Explanation(
                "in the last 3 days somebody else changed what was pushed, and the current secret was put back (--restore-drift)",
                try: "find out who saves the connection, then keyturn target push NAME")
        case .targetChanged:
            Explanation(
                "what was pushed was changed there by somebody else, or the connection was saved and the console does not "
                    + "show whether the secret is another",
                try: "keyturn target push NAME; only if you know that it has the current secret: "
                    + "keyturn target accept NAME")
        case .certificateExpires:
            Explanation(
                "a certificate of a push target expires within 30 days, or has: the one that it logs in with, the one that is pinned, or its CA's",
                try: "keyturn target set NAME --client-cert F --client-key F, --pin SHA256 or --ca-file F")
        case .userChanged:
            Explanation(
                "the uid of a client is somebody else's by now: the client is refused",
                try: "keyturn client remove NAME, and add it again")
        case .grantWithoutApp:
            Explanation(
                "a client is granted an app that does not exist: whatever is added under that name is theirs",
                try: "keyturn app add NAME, or keyturn client remove NAME")
        }
    }
}
