import Glibc

/// The moments of a move at which a crash is worth testing. With `KEYTURN_FAULT=NAME` in the environment, the process kills itself when
/// it reaches that one. Only debug builds have this.
enum MigrationStep: String {
    case afterCopy, beforeLeave, afterLeave, afterFinish

    static func reach(_ step: MigrationStep) {
        #if FAULT_POINTS
            if let wanted = unsafe getenv("KEYTURN_FAULT"), unsafe String(cString: wanted) == step.rawValue {
                kill(getpid(), SIGKILL)
            }
        #endif
    }
}
